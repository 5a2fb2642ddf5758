import type { Command } from "commander";
import { reportOf } from "../../shared/audit/report/gather.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { readProgress } from "../../shared/audit/runs.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { readOutput, reaches, writeReport, type OutputOptions } from "./output.ts";
import { showProgress } from "./progress.ts";
import { untilStopped } from "./stopping.ts";

interface Options extends OutputOptions {
  readonly scope?: readonly string[];
}

/** Exit code of a program that Ctrl-C ended. */
const STOPPED = 130;

/** Audits in this process. After Ctrl-C it reports the completed scopes. */
export async function runHere({ scope, ...options }: Options, command: Command): Promise<void> {
  const output = await readOutput(command, options);
  const stopping = untilStopped();
  const run = await open(stopping.signal);
  const request = { who: operator(), why: "mooring audit", ...(scope && { only: scope }) };
  const { run: audit } = await showProgress(output, {
    audit: (onProgress) => runAudit(run, { ...request, onProgress }),
    look: (id) => readProgress(run, id),
    signal: stopping.signal,
  });
  const report = await reportOf(run, audit);
  await writeReport(report, output);
  if (reaches(report, output.failOn) || report.unfinished.length > 0) process.exitCode = 1;
  if (!stopping.signal.aborted) return stopping.end();
  console.error(`mooring: stopped; ${leftOf(report)}`);
  process.exitCode = STOPPED;
}

function leftOf({ unfinished, scopes }: AuditReport): string {
  if (unfinished.length === 0) return "all scopes had been audited";
  return `${unfinished.length} of ${scopes.length} scopes were not audited; the findings of the others are kept`;
}
