/** Every benchmark by name, with the seconds after which it is given up, many times what it takes alone; each is imported only when it runs. */
import type { Measure } from "./figures.ts";

export interface Entry {
  readonly open: () => Promise<Measure>;
  readonly seconds: number;
  /** With `--full`. */
  readonly fullSeconds?: number;
  /** Runs only if named, or with `--full`. */
  readonly isLong?: boolean;
  /** Left alone, V8 takes what the machine has before it cleans up. */
  readonly heapMebibytes?: number;
}

export const BENCHES: Readonly<Record<string, Entry>> = {
  coldStart: { open: async () => (await import("./coldStart.ts")).coldStart, seconds: 300 },
  bundle: { open: async () => (await import("./bundle.ts")).bundleReport, seconds: 300 },
  admission: {
    open: async () => (await import("./admission.ts")).admission,
    seconds: 600,
    fullSeconds: 1200,
  },
  hostileReviews: {
    open: async () => (await import("./hostileReviews.ts")).hostileReviews,
    seconds: 300,
  },
  declarations: {
    open: async () => (await import("./lists/declarations.ts")).declarations,
    seconds: 900,
    fullSeconds: 1800,
  },
  check: { open: async () => (await import("./check.ts")).check, seconds: 120 },
  reconcile: { open: async () => (await import("./reconcile.ts")).reconcile, seconds: 400 },
  scan: { open: async () => (await import("./scan.ts")).scan, seconds: 180 },
  sweep: { open: async () => (await import("./sweep.ts")).sweep, seconds: 120 },
  audit: { open: async () => (await import("./audit.ts")).audit, seconds: 600, fullSeconds: 1800 },
  map: { open: async () => (await import("./map.ts")).map, seconds: 300 },
  table: { open: async () => (await import("./table.ts")).table, seconds: 300 },
  limitsGate: {
    open: async () => (await import("./limits/gate.ts")).limitsGate,
    seconds: 1800,
    isLong: true,
  },
  limitsScan: {
    open: async () => (await import("./limits/scan.ts")).limitsScan,
    seconds: 300,
    isLong: true,
    heapMebibytes: 768,
  },
  limitsSweep: {
    open: async () => (await import("./limits/sweep.ts")).limitsSweep,
    seconds: 300,
    isLong: true,
    heapMebibytes: 768,
  },
};
