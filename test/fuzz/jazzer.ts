/**
 * The entry that Jazzer.js runs: one target of the table, named by the environment.
 * @see https://github.com/CodeIntelligenceTesting/jazzer.js/blob/main/docs/fuzz-targets.md
 */
import { targets } from "./targets.ts";

const name = process.env["MOORING_FUZZ_TARGET"] ?? "";
const target = targets.find((one) => one.name === name);
if (!target) throw new Error(`there is no target ${name}`);
const { check } = target;

export async function fuzz(data: Buffer): Promise<void> {
  await check(data.toString("utf8"));
}
