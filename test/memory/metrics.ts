import type { AttributesOf, MetricName } from "../../shared/ports/instruments.ts";
import type { Metrics } from "../../shared/ports/metrics.ts";

/** Keeps what was recorded, in order. */
export class MemoryMetrics implements Metrics {
  readonly recorded: { name: MetricName; value: number; attributes: Readonly<Record<string, unknown>> }[] =
    [];

  record<N extends MetricName>(name: N, value: number, attributes: AttributesOf<N>): void {
    this.recorded.push({ name, value, attributes });
  }

  /** Values of one name with their attributes, in order. */
  of(name: MetricName): (readonly [value: number, attributes: Readonly<Record<string, unknown>>])[] {
    return this.recorded
      .filter((one) => one.name === name)
      .map(({ value, attributes }) => [value, attributes] as const);
  }
}
