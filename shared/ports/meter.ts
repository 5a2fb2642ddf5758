/**
 * Buffers records until the exporter is loaded, because loading takes longer than the first response may. Keeps a bounded number of
 * records and forwards them in order.
 */
import type { AttributesOf, MetricName } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";

/** More than an instance records before the exporter is loaded. */
const KEPT = 10_000;

export class Meter implements Metrics {
  #sink: Metrics | undefined;
  #buffered: ((sink: Metrics) => void)[] = [];

  record<N extends MetricName>(name: N, value: number, attributes: AttributesOf<N>): void {
    if (this.#sink) this.#sink.record(name, value, attributes);
    else if (this.#buffered.length < KEPT)
      this.#buffered.push((sink) => sink.record(name, value, attributes));
  }

  get isEmpty(): boolean {
    return this.#buffered.length === 0;
  }

  /** Forwards the buffered and all further records to `sink`. */
  connect(sink: Metrics): void {
    this.#sink = sink;
    for (const forward of this.#buffered.splice(0)) forward(sink);
  }
}
