import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import type { Audit } from "../../api/model.ts";
import { apiOfApp } from "../api/open.ts";
import type { Api } from "../api/operations.ts";
import { readOutput, reaches, writeReport, type Output, type OutputOptions } from "./output.ts";
import { showProgress, type Progress } from "./progress.ts";
import { readReport } from "./show.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { untilStopped } from "./stopping.ts";

interface Options extends OutputOptions {
  readonly scope?: readonly string[];
}

/** Exit code of a program that Ctrl-C ended. */
const STOPPED = 130;

/** In the app, or in this process. After Ctrl-C it reports the completed scopes. */
export async function runAudit({ scope, ...options }: Options, command: Command): Promise<void> {
  const output = await readOutput(command, options);
  const api = await apiOfApp(command);
  const stopping = untilStopped();
  const auditing = { output, signal: stopping.signal, ...(scope && { scope }) };
  const report = await (api ? runInApp(api, auditing) : runHere(auditing));
  await writeReport(report, output);
  if (reaches(report, output.failOn) || report.unfinished.length > 0) process.exitCode = 1;
  if (!stopping.signal.aborted) return stopping.end();
  console.error(`mooring: stopped; ${leftOf(report)}`);
  process.exitCode = STOPPED;
}

export interface Auditing {
  readonly output: Output;
  readonly scope?: readonly string[];
  /** Aborted after the first Ctrl-C. */
  readonly signal: AbortSignal;
}

async function runHere(auditing: Auditing): Promise<AuditReport> {
  const { auditHere } = await import("./here.ts");
  return auditHere(auditing);
}

async function runInApp(api: Api, { output, scope, signal }: Auditing): Promise<AuditReport> {
  const body = scope ? { scopes: [...scope] } : {};
  const { id } = await api.call("startAudit", { body });
  await showProgress(output, { audit: (report) => follow(api, id, { signal, report }), signal });
  return readReport(api, id);
}

interface Following {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

const LOOK_MILLISECONDS = 1000;

/** Polls until the audit has ended. Ctrl-C cancels it: running scopes complete. */
async function follow(api: Api, id: string, { signal, report }: Following): Promise<Progress> {
  for (let isCancelled = false; ;) {
    const progress = toProgress(await api.call("getAudit", { params: { id } }));
    report(progress);
    if (progress.run.state !== "running") return progress;
    if (signal.aborted && !isCancelled) {
      await api.call("cancelAudit", { params: { id } });
      isCancelled = true;
    }
    await (isCancelled ? delay(LOOK_MILLISECONDS) : untilNextLook(signal));
  }
}

/** Ends early at the first Ctrl-C. */
async function untilNextLook(signal: AbortSignal): Promise<void> {
  try {
    await delay(LOOK_MILLISECONDS, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function toProgress({ id, state, total, finished, remainingSeconds }: Audit): Progress {
  return { run: { id, state }, total, finished, remainingSeconds };
}

function leftOf({ unfinished, scopes }: AuditReport): string {
  if (unfinished.length === 0) return "all scopes had been audited";
  return `${unfinished.length} of ${scopes.length} scopes were not audited; the findings of the others are kept`;
}
