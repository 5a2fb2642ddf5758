/** Progress of an audit on standard error: updated live in a terminal, one line per scope elsewhere, none for machine-readable output. */
import type { AuditProgress, AuditRun } from "../../shared/audit/auditRun.ts";
import { inert } from "../../shared/core/inert.ts";
import { scopeName } from "../../shared/audit/report/model.ts";
import type { Output } from "./output.ts";

export interface Progress extends Pick<AuditProgress, "total" | "finished"> {
  readonly run: Pick<AuditRun, "id" | "state">;
  /** Absent if the app audits: its API does not list them. */
  readonly scopes?: AuditProgress["scopes"];
  readonly remainingSeconds?: number | undefined;
}

type OnProgress = (progress: Progress) => void;

export interface Watched<P extends Progress> {
  readonly audit: (onProgress: OnProgress) => Promise<P>;
  /** Current progress, if `audit` does not report it. */
  readonly look?: (id: string) => Promise<Progress | undefined>;
  /** Aborted after the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export function showProgress<P extends Progress>(
  { format }: Pick<Output, "format">,
  watched: Watched<P>,
): Promise<P> {
  if (process.stderr.isTTY) return showLive(watched);
  return watched.audit(format === "table" ? byLine() : () => {});
}

/** Prints one line after each scope, and one at the end. */
function byLine(): OnProgress {
  let printed = "";
  return (progress) => {
    const now = `${progress.finished} ${progress.run.state}`;
    if (now === printed) return;
    printed = now;
    console.error(progressLine(progress));
  };
}

const STOPPING = "Stopping after running scopes (press Ctrl-C again to exit immediately): ";

async function showLive<P extends Progress>(watched: Watched<P>): Promise<P> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  let ended: P | undefined;
  const tasks = new Listr(
    {
      title: "Auditing",
      task: async (_context, task) => {
        ended = await watch(watched, (progress) => {
          task.title = `${watched.signal.aborted && progress.run.state === "running" ? STOPPING : ""}${progressLine(progress)}`;
        });
      },
    },
    {
      // Standard output is for the report.
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
      registerSignalListeners: false,
    },
  );
  await tasks.run();
  if (!ended) throw new Error("the audit ended without a final progress");
  return ended;
}

const LOOK_MILLISECONDS = 1000;

/** Reports progress after each scope and once per second. */
async function watch<P extends Progress>({ audit, look }: Watched<P>, report: OnProgress): Promise<P> {
  let id: string | undefined;
  const timer = setInterval(() => {
    // The audit reports storage errors itself.
    if (id !== undefined)
      look?.(id).then(
        (now) => now && report(now),
        () => clearInterval(timer),
      );
  }, LOOK_MILLISECONDS);
  try {
    const ended = await audit((progress) => {
      id = progress.run.id;
      report(progress);
    });
    report(ended);
    return ended;
  } finally {
    clearInterval(timer);
  }
}

/** `Auditing 3 of 8 scopes, 1,204 resources checked, about 40 seconds left: SCOPE`. Pure. */
export function progressLine({ run, scopes, finished, total, remainingSeconds }: Progress): string {
  const looked = scopes?.reduce((sum, scope) => sum + (scope.looked ?? 0), 0);
  const checked = looked === undefined ? "" : `, ${looked.toLocaleString("en")} resources checked`;
  const now = (scopes ?? []).filter(({ state }) => state === "running").map(({ scope }) => scope);
  const left = !remainingSeconds ? "" : `, about ${duration(remainingSeconds)} left`;
  const doing = now.length === 0 ? "" : `: ${shorten(now)}`;
  const verb = run.state === "running" ? "Auditing" : "Audited";
  return `${verb} ${finished} of ${total} scopes${checked}${left}${doing}`;
}

function shorten([first = "", ...rest]: readonly string[]): string {
  const name = inert(scopeName(first));
  return rest.length === 0 ? name : `${name} and ${rest.length} more`;
}

const MINUTE = 60;

/** `40 seconds`, `3 minutes`. */
function duration(seconds: number): string {
  const [count, unit] = seconds < MINUTE * 2 ? [seconds, "second"] : [Math.ceil(seconds / MINUTE), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
