/**
 * Adapter: `Metrics` on OpenTelemetry's SDK. Nothing is registered globally. Imported only by `metrics.ts`, because it is slow to load.
 * @see https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-configuration
 */
import { AzureMonitorMetricExporter } from "@azure/monitor-opentelemetry-exporter";
import type { TokenCredential } from "@azure/identity";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { INSTRUMENTS, type Instrument, type MetricName } from "../ports/instruments.ts";
import type { Metrics } from "../ports/metrics.ts";
import { openCredential } from "./clients.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface OpenedExporters {
  readonly metrics: Metrics;
  /** Flushes and stops; never throws, and takes a few seconds at most. */
  end(): Promise<void>;
}

/** The default of OpenTelemetry, and the variable that overrides it. */
const INTERVAL_MILLISECONDS = 60_000;
const LAST_MILLISECONDS = 5_000;
/** All exporters must finish within the host's shutdown time. */
const RETRIES = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 600 };
/** `ExportResultCode.SUCCESS`; its package is not a direct dependency. */
const SUCCESS = 0;
/** Time series per instrument; others are merged into one with the attribute `otel.metric.overflow`. */
const SERIES = 2_000;

/** @throws Error if a connection string is invalid */
export function openExporters(env: Env, warn: (message: string) => void): OpenedExporters {
  const exportIntervalMillis = Number(env["OTEL_METRIC_EXPORT_INTERVAL"]) || INTERVAL_MILLISECONDS;
  const readers = exportersFor(env).map(
    (exporter) =>
      new PeriodicExportingMetricReader({
        exporter: reportingFailures(exporter, warn),
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(exportIntervalMillis, LAST_MILLISECONDS),
        cardinalityLimits: { default: SERIES },
      }),
  );
  const provider = new MeterProvider({ readers });
  return {
    metrics: recorderOn(provider),
    end: () => provider.shutdown({ timeoutMillis: LAST_MILLISECONDS }).catch(() => undefined),
  };
}

function exportersFor(env: Env): PushMetricExporter[] {
  const connectionString = env["APPLICATIONINSIGHTS_CONNECTION_STRING"];
  const hasCollector = env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];
  return [
    ...(connectionString ? [applicationInsights(connectionString, env)] : []),
    // Reads its endpoint and headers from the standard environment variables.
    ...(hasCollector ? [new OTLPMetricExporter()] : []),
  ];
}

function applicationInsights(connectionString: string, env: Env): PushMetricExporter {
  // Disables the exporter's usage statistics: an app sends data only to its configured destinations.
  process.env["APPLICATION_INSIGHTS_NO_STATSBEAT"] ??= "true";
  const credential = credentialFor(env["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
  return new AzureMonitorMetricExporter({
    connectionString,
    disableOfflineStorage: true,
    retryOptions: RETRIES,
    ...(credential && { credential }),
  });
}

/** `Authorization=AAD`, with `ClientId=…` for an identity that the app was given. `undefined`: the key in the connection string is sufficient. */
function credentialFor(authentication = ""): TokenCredential | undefined {
  if (!/(^|;)\s*Authorization=AAD\s*(;|$)/i.test(authentication)) return undefined;
  const [, clientId] = /(?:^|;)\s*ClientId=([^;]+)/i.exec(authentication) ?? [];
  return {
    getToken: async (scopes, options) => (await openCredential(clientId)).getToken(scopes, options),
  };
}

/** Wraps an exporter to report its failures. */
function reportingFailures(
  exporter: PushMetricExporter,
  warn: (message: string) => void,
): PushMetricExporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      const code: number = result.code;
      if (code !== SUCCESS)
        warn(`metrics could not be sent: ${result.error?.message ?? "the destination refused them"}`);
      done(result);
    });
  return exporter;
}

type Take = (value: number, attributes: Attributes) => void;

type Attributes = { [name: string]: string | number };

function recorderOn(provider: MeterProvider): Metrics {
  const meter = provider.getMeter("mooring");
  const make = (name: string, { kind, unit, doc }: Instrument): Take => {
    const options = { unit, description: doc };
    if (kind === "gauge") return bound(meter.createGauge(name, options));
    if (kind === "counter") {
      const counter = meter.createCounter(name, options);
      return (value, attributes) => counter.add(value, attributes);
    }
    return bound(meter.createHistogram(name, options));
  };
  const records = new Map(
    Object.entries(INSTRUMENTS).map(([name, instrument]) => [name as MetricName, make(name, instrument)]),
  );
  return { record: (name, value, attributes) => records.get(name)?.(value, attributes as Attributes) };
}

function bound(instrument: { record: Take }): Take {
  return (value, attributes) => instrument.record(value, attributes);
}
