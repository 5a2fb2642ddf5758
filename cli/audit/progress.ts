/** Progress of an audit on standard error: alive in a terminal, a line for each step elsewhere, nothing where a program reads the report. */
import type { AuditProgress } from "../../shared/drift/auditRun.ts";
import { inert } from "../../shared/drift/report/inert.ts";
import { scopeName } from "../../shared/drift/report/model.ts";
import type { Output } from "./output.ts";

type OnProgress = (progress: AuditProgress) => void;
type Audit = (onProgress: OnProgress) => Promise<AuditProgress>;

export function showProgress({ format }: Pick<Output, "format">, audit: Audit): Promise<AuditProgress> {
  if (process.stderr.isTTY) return alive(audit);
  return audit(format === "table" ? byLine() : () => {});
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

async function alive(audit: Audit): Promise<AuditProgress> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  let ended: AuditProgress | undefined;
  const tasks = new Listr(
    {
      title: "Auditing",
      task: async (_context, task) => {
        ended = await audit((progress) => void (task.title = progressLine(progress)));
        task.title = progressLine(ended);
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
