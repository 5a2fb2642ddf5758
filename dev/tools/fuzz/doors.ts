import { run } from "./run.ts";

/** Targets that are fuzzed from outside, in a separate process; each is a test file. */
const FILES: Readonly<Record<string, string>> = {
  routes: "test/fuzz/routes.test.ts",
  cli: "test/fuzz/cli.test.ts",
  random: "test/fuzz/fuzz.test.ts",
};

export const DOORS: readonly string[] = ["routes", "cli"];

/** True if something was found; fast-check prints it with the seed that reproduces it. */
export async function fuzzDoor(
  name: string,
  minutes: number,
  only: readonly string[] = [],
): Promise<boolean> {
  const args = ["run", FILES[name] ?? "", ...only.flatMap((title) => ["--testNamePattern", title])];
  return (await run("vitest", args, { MOORING_FUZZ_MINUTES: String(minutes) })) !== 0;
}
