/** Port: what is counted and timed. Recording never throws, never waits, and never matters to the work that records. */
import type { AttributesOf, MetricName } from "./instruments.ts";

export interface Metrics {
  /** Adds to a counter, or is one more value of a histogram or gauge, in the unit that `INSTRUMENTS` says. */
  record<N extends MetricName>(name: N, value: number, attributes: AttributesOf<N>): void;
}

/** Keeps nothing: nobody has said where to. */
export const silentMetrics: Metrics = { record() {} };
