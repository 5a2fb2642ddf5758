import type { Command } from "commander";
import { reportOf } from "../../shared/audit/report/gather.ts";
import { findRun } from "../../shared/audit/runs.ts";
import { open } from "../open.ts";
import { readOutput, reaches, writeReport, type OutputOptions } from "./output.ts";

/** Prints the report of a run; of the latest one by default. */
export async function show(
  name: string | undefined,
  options: OutputOptions,
  command: Command,
): Promise<void> {
  const output = await readOutput(command, options);
  const run = await open();
  const report = await reportOf(run, await findRun(run, name ?? "latest"));
  await writeReport(report, output);
  if (reaches(report, output.failOn)) process.exitCode = 1;
}
