/** Where the time of a phase of the load test went: event loops of the hosts, and requests to Table storage. */
import type { Phase } from "./judge/admissions.ts";
import type { LoopSample } from "./stage/eventLoop.ts";
import type { Stage } from "./stage/stage.ts";
import type { StorageCall } from "./stage/throttle.ts";

/** The operations of storage that are reported: those with the longest total time. */
const REPORTED_OPERATIONS = 8;

export interface HostLoop {
  readonly host: string;
  /** Milliseconds; the highest of any second. */
  readonly p99: number;
  readonly most: number;
  /** Mean, in percent. */
  readonly utilization: number;
  /** Mean, in percent of the time: it had work, and other processes had the processors. */
  readonly waited: number;
}

export interface OperationTimes {
  readonly operation: string;
  readonly requests: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface PhaseCosts {
  readonly phase: Phase;
  readonly hosts: readonly HostLoop[];
  readonly storage: readonly OperationTimes[];
}

/** The costs since the last call. */
export function takeCosts({ hosts, throttle }: Pick<Stage, "hosts" | "throttle">, phase: Phase): PhaseCosts {
  return {
    phase,
    hosts: hosts.flatMap(({ name, loop }) => loopOf(name, loop.splice(0))),
    storage: storageOf(throttle.calls.splice(0)),
  };
}

function loopOf(host: string, samples: readonly LoopSample[]): HostLoop[] {
  if (samples.length === 0) return [];
  const most = (value: (one: LoopSample) => number) => Math.round(Math.max(...samples.map(value)));
  const mean = (value: (one: LoopSample) => number) =>
    Math.round(samples.reduce((sum, one) => sum + value(one), 0) / samples.length);
  return [
    {
      host,
      p99: most(({ p99 }) => p99),
      most: most((one) => one.most),
      utilization: mean((one) => one.utilization * 100),
      waited: mean((one) => one.waited / 10),
    },
  ];
}

function storageOf(calls: readonly StorageCall[]): OperationTimes[] {
  const total = (all: readonly StorageCall[]) => all.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [...Map.groupBy(calls, ({ operation }) => operation)]
    .toSorted(([, a], [, b]) => total(b) - total(a))
    .slice(0, REPORTED_OPERATIONS)
    .map(([operation, all]) => {
      const sorted = all.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
      return { operation, requests: sorted.length, p50: at(0.5), p99: at(0.99) };
    });
}
