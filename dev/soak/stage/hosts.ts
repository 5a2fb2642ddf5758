/** The hosts of a stage: all run everything, or a separate host runs queues and timers, as `infra/` scales them. */
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { Host } from "./host.ts";

/** Functions that a host for HTTP does not run if queues and timers have a separate host. */
const WORK = [
  "auditDriftWork",
  "reconcilePls",
  "scanInventoryWork",
  "sweepOrphansWork",
  "tellNews",
  "auditDrift",
  "pollPrivateLinkServices",
  "scanInventory",
  "sweepOrphans",
  "watchQueues",
];
const NO_WORK = Object.fromEntries(WORK.map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]));

export interface HostsOptions {
  readonly directory: string;
  /** One per host that answers HTTP. */
  readonly artifacts: readonly string[];
  readonly isSplit: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly keysPath: string;
  readonly clock: Clock;
}

export interface Hosts {
  readonly all: readonly Host[];
  readonly answering: readonly Host[];
  /** Runs queues and timers, if that is a separate host. */
  readonly working?: Host;
}

export function createHosts({ directory, artifacts, isSplit, settings, ...rest }: HostsOptions): Hosts {
  const create = (name: string, app: string, own = {}) =>
    new Host({
      name,
      app,
      logPath: join(directory, `${name}.log`),
      settings: { ...settings, ...own },
      ...rest,
    });
  const own = isSplit ? NO_WORK : {};
  const answering = artifacts.map((app, index) => create(`host-${index + 1}`, app, own));
  if (!isSplit) return { all: answering, answering };
  const working = create("worker", artifacts[0] ?? "");
  return { all: [...answering, working], answering, working };
}
