/**
 * Exports metrics as configured in the environment: to Application Insights, an OpenTelemetry collector, both or none. The
 * exporters are loaded after the first invocation; until then records are buffered. An export failure is logged once and has
 * no other effect.
 */
import { Meter } from "../ports/meter.ts";
import { silentMetrics, type Metrics } from "../ports/metrics.ts";
import type { OpenedExporters } from "./openTelemetry.ts";
import { messageOf } from "../core/messageOf.ts";

export type Warn = (message: string) => void;

export interface Exporting {
  readonly metrics: Metrics;
  /** Loads the exporters and starts sending; a second call has no effect. */
  begin(warn: Warn): Promise<void>;
  /** Flushes recorded metrics and stops. */
  end(warn: Warn): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

const DESTINATIONS = [
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
];

/** Loads and sends nothing yet. */
export function createExporting(env: Env): Exporting {
  if (!DESTINATIONS.some((name) => env[name]))
    return { metrics: silentMetrics, begin: async () => {}, end: async () => {} };
  const meter = new Meter();
  let opening: Promise<OpenedExporters | undefined> | undefined;
  const open = (warn: Warn) => (opening ??= connect(meter, env, warnOnce(warn)));
  return {
    metrics: meter,
    begin: async (warn) => void (await open(warn)),
    end: async (warn) => (await open(warn))?.end(),
  };
}

async function connect(meter: Meter, env: Env, warn: Warn): Promise<OpenedExporters | undefined> {
  try {
    const { openExporters } = await import("./openTelemetry.ts");
    const opened = openExporters(env, warn);
    meter.connect(opened.metrics);
    return opened;
  } catch (error) {
    warn(`metrics are not sent: ${messageOf(error)}`);
    meter.connect(silentMetrics);
    return undefined;
  }
}

function warnOnce(warn: Warn): Warn {
  let isReported = false;
  return (message) => {
    if (!isReported) warn(message);
    isReported = true;
  };
}
