/**
 * What records go through until their exporter is there: loading it takes longer than a first answer may. Keeps a bounded number of
 * them, and hands them on in order.
 */
import type { AttributesOf, MetricName } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";

/** More than an instance records before its exporter is loaded. */
const KEPT = 10_000;

export class Meter implements Metrics {
  #sink: Metrics | undefined;
  #waiting: ((sink: Metrics) => void)[] = [];

  record<N extends MetricName>(name: N, value: number, attributes: AttributesOf<N>): void {
    if (this.#sink) this.#sink.record(name, value, attributes);
    else if (this.#waiting.length < KEPT) this.#waiting.push((sink) => sink.record(name, value, attributes));
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** From now on records go there, beginning with those that waited. */
  connect(sink: Metrics): void {
    this.#sink = sink;
    for (const hand of this.#waiting.splice(0)) hand(sink);
  }
}
