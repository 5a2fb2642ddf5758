/** Timer triggers: six-field NCRONTAB in UTC, one run at a time, a missed run made up for at start. */
import { readFile } from "node:fs/promises";
import { CronExpressionParser } from "cron-parser";
import { WholeFile } from "../wholeFile.ts";
import { invoke, type HostLog } from "./invoke.ts";
import type { LoadedApp, LoadedFunction } from "./load.ts";

/** setTimeout takes no more. */
const MAX_WAIT = 2 ** 31 - 1;

export class Timers {
  readonly #app: LoadedApp;
  readonly #log: HostLog;
  readonly #statePath: string | undefined;
  readonly #file: WholeFile | undefined;
  readonly #handles = new Map<string, NodeJS.Timeout>();
  #last: Record<string, string> = {};

  constructor(app: LoadedApp, log: HostLog, statePath?: string) {
    this.#app = app;
    this.#log = log;
    this.#statePath = statePath;
    this.#file = statePath === undefined ? undefined : new WholeFile(statePath);
  }

  async start(): Promise<void> {
    if (this.#statePath) this.#last = JSON.parse(await readFile(this.#statePath, "utf8").catch(() => "{}"));
    for (const target of this.#app.functions.filter((one) => isTimer(one) && !isDisabled(one))) {
      const last = this.#last[target.name];
      const missed = last !== undefined && nextAfter(target, new Date(last)) < new Date();
      if (missed) void this.run(target, true);
      this.#schedule(target);
    }
  }

  stop(): void {
    for (const handle of this.#handles.values()) clearTimeout(handle);
    this.#handles.clear();
  }

  /** Runs it now; a failure is logged and repeated by the next tick, as in Azure. */
  async run(target: LoadedFunction, isPastDue: boolean): Promise<void> {
    const timer = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: this.#last[target.name] ?? "",
        Next: nextAfter(target, new Date()).toISOString(),
        LastUpdated: "",
      },
      IsPastDue: isPastDue,
    };
    this.#last[target.name] = new Date().toISOString();
    await this.#file?.write(JSON.stringify(this.#last));
    await invoke(this.#app, target, { data: { json: JSON.stringify(timer) } }, this.#log).catch(
      () => undefined,
    );
  }

  #schedule(target: LoadedFunction): void {
    const wait = Math.min(Math.max(nextAfter(target, new Date()).getTime() - Date.now(), 1), MAX_WAIT);
    const handle = setTimeout(
      () =>
        void this.run(target, false).finally(() => this.#handles.has(target.name) && this.#schedule(target)),
      wait,
    );
    this.#handles.set(target.name, handle);
  }
}

/**
 * By its app setting; an administrator may still run it.
 * @see https://learn.microsoft.com/azure/azure-functions/disable-function
 */
export function isDisabled({ name }: LoadedFunction): boolean {
  return /^(true|1)$/i.test(process.env[`AzureWebJobs.${name}.Disabled`] ?? "");
}

export function isTimer({ trigger }: LoadedFunction): boolean {
  return trigger.type.toLowerCase() === "timertrigger";
}

function nextAfter({ trigger }: LoadedFunction, date: Date): Date {
  return CronExpressionParser.parse(trigger.schedule ?? "", { currentDate: date, tz: "UTC" })
    .next()
    .toDate();
}
