/**
 * Where metrics go, as the environment says: Application Insights, an OpenTelemetry collector, both or nowhere. The exporters are loaded
 * when the host says so, after the first answer; until then records wait. A failure to export is told once and harms nothing.
 */
import { Meter } from "../ports/meter.ts";
import { silentMetrics, type Metrics } from "../ports/metrics.ts";
import type { OpenedExporters } from "./openTelemetry.ts";
import { messageOf } from "../core/messageOf.ts";

export type Tell = (message: string) => void;

export interface Exporting {
  readonly metrics: Metrics;
  /** Loads the exporters and begins to send; the second call does nothing. */
  begin(tell: Tell): Promise<void>;
  /** Sends what was recorded, and no more after. */
  end(tell: Tell): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

const DESTINATIONS = [
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
];

/** Nothing is loaded or sent yet. */
export function createExporting(env: Env): Exporting {
  if (!DESTINATIONS.some((name) => env[name]))
    return { metrics: silentMetrics, begin: async () => {}, end: async () => {} };
  const meter = new Meter();
  let opening: Promise<OpenedExporters | undefined> | undefined;
  const open = (tell: Tell) => (opening ??= connect(meter, env, tellOnce(tell)));
  return {
    metrics: meter,
    begin: async (tell) => void (await open(tell)),
    end: async (tell) => (await open(tell))?.end(),
  };
}

async function connect(meter: Meter, env: Env, tell: Tell): Promise<OpenedExporters | undefined> {
  try {
    const { openExporters } = await import("./openTelemetry.ts");
    const opened = openExporters(env, tell);
    meter.connect(opened.metrics);
    return opened;
  } catch (error) {
    tell(`metrics are not sent: ${messageOf(error)}`);
    meter.connect(silentMetrics);
    return undefined;
  }
}

function tellOnce(tell: Tell): Tell {
  let isTold = false;
  return (message) => {
    if (!isTold) tell(message);
    isTold = true;
  };
}
