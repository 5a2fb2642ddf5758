/** Port: records metrics. Recording never throws and never blocks. */
import type { AttributesOf, MetricName } from "./instruments.ts";

export interface Metrics {
  /** Adds to a counter, or records a value of a histogram or gauge, in the unit of `INSTRUMENTS`. */
  record<N extends MetricName>(name: N, value: number, attributes: AttributesOf<N>): void;
}

/** Discards records: metrics are not configured. */
export const silentMetrics: Metrics = { record() {} };
