/** Progress of an audit on standard error: alive in a terminal, a line for each step elsewhere, nothing where a program reads the report. */
import type { AuditProgress } from "../../shared/audit/auditRun.ts";
import { inert } from "../../shared/core/inert.ts";
import { scopeName } from "../../shared/audit/report/model.ts";
import type { Output } from "./output.ts";

type OnProgress = (progress: AuditProgress) => void;

export interface Watched {
  readonly audit: (onProgress: OnProgress) => Promise<AuditProgress>;
  /** How far it is now. */
  readonly look: (id: string) => Promise<AuditProgress | undefined>;
  /** Aborted once somebody has asked for an end. */
  readonly signal: AbortSignal;
}

export function showProgress({ format }: Pick<Output, "format">, watched: Watched): Promise<AuditProgress> {
  if (process.stderr.isTTY) return alive(watched);
  return watched.audit(format === "table" ? byLine() : () => {});
}

/** A line whenever a scope has ended. */
function byLine(): OnProgress {
  let finished = -1;
  return (progress) => {
    if (progress.finished === finished) return;
    finished = progress.finished;
    console.error(progressLine(progress));
  };
}

const STOPPING = "Stopping after what has begun (Ctrl-C again ends at once): ";

async function alive(watched: Watched): Promise<AuditProgress> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  let ended: AuditProgress | undefined;
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
      // Standard output is the report's.
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
      registerSignalListeners: false,
    },
  );
  await tasks.run();
  if (!ended) throw new Error("the audit ended without an end");
  return ended;
}

const LOOK_MILLISECONDS = 1000;

/** Tells after each scope, and what is going on in between. */
async function watch({ audit, look }: Watched, tell: OnProgress): Promise<AuditProgress> {
  let id: string | undefined;
  const timer = setInterval(() => {
    // Storage that does not answer is the audit's to tell.
    if (id !== undefined)
      look(id).then(
        (now) => now && tell(now),
        () => clearInterval(timer),
      );
  }, LOOK_MILLISECONDS);
  try {
    const ended = await audit((progress) => {
      id = progress.run.id;
      tell(progress);
    });
    tell(ended);
    return ended;
  } finally {
    clearInterval(timer);
  }
}

/** What, how many, how many of how many, how long still. Pure. */
export function progressLine({ run, scopes, finished, total, remainingSeconds }: AuditProgress): string {
  const looked = scopes.reduce((sum, scope) => sum + (scope.looked ?? 0), 0);
  const now = scopes.filter(({ state }) => state === "running").map(({ scope }) => scope);
  const still = !remainingSeconds ? "" : `, about ${duration(remainingSeconds)} left`;
  const doing = now.length === 0 ? "" : `: ${shorten(now)}`;
  const verb = run.state === "running" ? "Auditing" : "Audited";
  return `${verb} ${finished} of ${total} scopes, ${looked.toLocaleString("en")} things looked at${still}${doing}`;
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
