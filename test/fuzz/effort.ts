import type fc from "fast-check";

/** Duration of `npm run fuzz`; absent: a short deterministic run. */
const MINUTES = "MOORING_FUZZ_MINUTES";
/** Of the short runs. */
const SEED = 20_261_125;

/** How hard fast-check tries. What it finds it prints, with the seed that finds it again. */
export function effort(runs: number): fc.Parameters<any> {
  const minutes = Number(process.env[MINUTES] ?? 0);
  if (minutes === 0) return { seed: SEED, numRuns: runs };
  return { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: minutes * 60_000 };
}

/** For vitest, which must not end a long run early; a short one that hangs it ends. */
export function patienceMilliseconds(): number {
  return (Number(process.env[MINUTES] ?? 0) + 5) * 60_000;
}
