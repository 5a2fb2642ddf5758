import { run } from "./run.ts";

/** What is fuzzed from outside, through a process of its own; each a test file. */
const FILES: Readonly<Record<string, string>> = {
  routes: "test/fuzz/routes.test.ts",
  cli: "test/fuzz/cli.test.ts",
  random: "test/fuzz/fuzz.test.ts",
};

export const DOORS: readonly string[] = ["routes", "cli"];

/** True if something was found; fast-check says what, and the seed that finds it again. */
export async function fuzzDoor(
  name: string,
  minutes: number,
  only: readonly string[] = [],
): Promise<boolean> {
  const args = ["run", FILES[name] ?? "", ...only.flatMap((title) => ["--testNamePattern", title])];
  return (await run("vitest", args, { MOORING_FUZZ_MINUTES: String(minutes) })) !== 0;
}
