/** A proxy between hosts and Table storage that answers a share of the requests with 503 ServerBusy. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../random.ts";

const BUSY = JSON.stringify({
  "odata.error": { code: "ServerBusy", message: { lang: "en-US", value: "The server is busy." } },
});
const TABLE_ENDPOINT = /TableEndpoint=http:\/\/127\.0\.0\.1:(\d+)/;

/** One request to Table storage. */
export interface StorageCall {
  /** `GET addresses`, for example. */
  readonly operation: string;
  readonly milliseconds: number;
}

export interface Throttle {
  /** The same storage, with its tables behind the proxy. */
  readonly connectionString: string;
  /** Share of requests that are answered with 503. */
  share: number;
  readonly refused: number;
  /** Answered requests since this was last emptied. */
  readonly calls: StorageCall[];
  close(): Promise<void>;
}

/** @param connectionString of storage that keeps its ports when it restarts */
export async function openThrottle(connectionString: string, random: Random): Promise<Throttle> {
  const port = Number(TABLE_ENDPOINT.exec(connectionString)?.[1]);
  const agent = new Agent({ keepAlive: true });
  const state = { share: 0, refused: 0, calls: [] as StorageCall[] };
  const server = createServer((incoming, outgoing) => {
    if (!random.chance(state.share)) return pass(incoming, outgoing, { port, agent, calls: state.calls });
    state.refused += 1;
    incoming.resume();
    return void outgoing.writeHead(503, { "content-type": "application/json" }).end(BUSY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;
  const endpoint = `TableEndpoint=http://127.0.0.1:${own}`;
  return Object.assign(state, {
    connectionString: connectionString.replace(TABLE_ENDPOINT, endpoint),
    close: () =>
      new Promise<void>((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** If storage is unavailable, the connection breaks, as it does without a proxy. */
function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, agent, calls }: { readonly port: number; readonly agent: Agent; readonly calls: StorageCall[] },
): void {
  const { method, url = "", headers } = incoming;
  const began = performance.now();
  const forwarded = request({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
    answer.on("end", () => {
      const [, , table = ""] = url.split(/[/?(]/);
      calls.push({ operation: `${method} ${table}`, milliseconds: performance.now() - began });
    });
  });
  forwarded.on("error", () => outgoing.destroy());
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
