/** Every benchmark by name, with the seconds that it may take; each is imported only when it runs. */
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
  coldStart: { open: async () => (await import("./coldStart.ts")).coldStart, seconds: 120 },
  bundle: { open: async () => (await import("./bundle.ts")).bundleReport, seconds: 180 },
  admission: {
    open: async () => (await import("./admission.ts")).admission,
    seconds: 180,
    fullSeconds: 1200,
  },
  reconcile: { open: async () => (await import("./reconcile.ts")).reconcile, seconds: 120 },
  scan: { open: async () => (await import("./scan.ts")).scan, seconds: 60 },
  sweep: { open: async () => (await import("./sweep.ts")).sweep, seconds: 60 },
  audit: { open: async () => (await import("./audit.ts")).audit, seconds: 240, fullSeconds: 1800 },
  map: { open: async () => (await import("./map.ts")).map, seconds: 90 },
  table: { open: async () => (await import("./table.ts")).table, seconds: 90 },
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
