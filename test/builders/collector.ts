/** Receivers of metrics: Application Insights' ingestion over https and an OpenTelemetry collector over http. Records what they receive. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { certificates } from "../../dev/sandbox/identity/certificate.ts";

export interface Point {
  readonly name: string;
  readonly value: number;
  readonly count: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Collector {
  /** For the app: where to send, and whom to trust. */
  readonly env: Record<string, string>;
  readonly insights: Point[];
  readonly otlp: Point[];
  /** `Authorization` of each request to Application Insights. */
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

const KEY = "22222222-3333-4444-8555-666666666666";

/** @param directory for its certificates */
export async function startCollector(directory: string): Promise<Collector> {
  const { caPath, cert, key } = await certificates(directory);
  const [insights, otlp]: [Point[], Point[]] = [[], []];
  const authorizations: (string | undefined)[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse, answer: (body: any) => object) => {
    const said = answer(await bodyOf(request));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
  };
  const ingest = (envelopes: any[]) => {
    insights.push(...envelopes.flatMap(toPoints));
    return { itemsReceived: envelopes.length, itemsAccepted: envelopes.length, errors: [] };
  };
  const collect = (body: any) => {
    otlp.push(...fromOtlp(body));
    return {};
  };
  const secure = createHttps({ cert, key }, (request, response) => {
    authorizations.push(request.headers.authorization);
    void take(request, response, ingest);
  });
  const plain = createHttp((request, response) => void take(request, response, collect));
  for (const server of [secure, plain])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server: typeof plain | typeof secure) => (server.address() as AddressInfo).port;
  return {
    env: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${KEY};IngestionEndpoint=https://127.0.0.1:${port(secure)}/`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port(plain)}`,
      NODE_EXTRA_CA_CERTS: caPath,
    },
    insights,
    otlp,
    authorizations,
    async close() {
      for (const server of [secure, plain])
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<any> {
  const raw = await buffer(request);
  const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  return JSON.parse(text.toString("utf8"));
}

function toPoints({ data: { baseData } }: any): Point[] {
  return baseData.metrics.map(({ name, value, count }: any) => ({
    name,
    value,
    count,
    attributes: baseData.properties,
  }));
}

/** @see https://opentelemetry.io/docs/specs/otlp/ */
function fromOtlp({ resourceMetrics }: any): Point[] {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }: any) =>
    scopeMetrics.flatMap((scope: any) => scope.metrics),
  );
  return metrics.flatMap(({ name, sum, gauge, histogram }: any) =>
    (sum ?? gauge ?? histogram).dataPoints.map((point: any) => ({
      name,
      value: point.asDouble ?? Number(point.asInt ?? point.sum),
      count: Number(point.count ?? 1),
      attributes: Object.fromEntries(
        point.attributes.map(({ key, value }: any) => [key, Object.values(value)[0]]),
      ),
    })),
  );
}
