import { silentLog, type Log } from "../../shared/ports/log.ts";
import type { Run, Tables } from "../../shared/ports/ports.ts";
import type { Table } from "../../shared/ports/table.ts";
import { MemoryActivity } from "./activity.ts";
import { MemoryLeases } from "./leases.ts";
import { MemoryMetrics } from "./metrics.ts";
import { MemoryNetwork } from "./network.ts";
import { MemoryNotices } from "./notices.ts";
import { MemoryPermissions } from "./permissions.ts";
import { MemoryQueue } from "./queue.ts";
import { MemoryResources } from "./resources.ts";
import { MemoryStates } from "./states.ts";
import { MemoryTable } from "./table.ts";

type MemoryTables = { [Name in keyof Tables]: Tables[Name] extends Table<infer T> ? MemoryTable<T> : never };

export const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";

/** A `Run` over memory, with every fake at hand and a clock that only the test moves. */
export interface MemoryRun extends Run {
  readonly tables: MemoryTables;
  readonly queue: MemoryQueue;
  readonly states: MemoryStates;
  /** The clock of its service moves with `clock.advance`, and not when a test sets `clock.nowUtc`. */
  readonly leases: MemoryLeases;
  readonly network: MemoryNetwork;
  readonly permissions: MemoryPermissions;
  readonly activity: MemoryActivity;
  readonly metrics: MemoryMetrics;
  readonly resources: MemoryResources;
  /** Empty unless a test adds a receiver. */
  readonly notices: MemoryNotices[];
  readonly clock: { nowUtc: string; advance(seconds: number): void };
}

export function memoryRun({
  subscriptions = [SUBSCRIPTION],
  log = silentLog,
}: { subscriptions?: string[]; log?: Log } = {}): MemoryRun {
  const tables = memoryTables();
  const [queue, states, network, resources] = [
    new MemoryQueue(),
    new MemoryStates(),
    new MemoryNetwork(),
    new MemoryResources(),
  ];
  const [permissions, activity, metrics] = [
    new MemoryPermissions(),
    new MemoryActivity(),
    new MemoryMetrics(),
  ];
  const notices: MemoryNotices[] = [];
  const leases = new MemoryLeases();
  const clock = newClock("2026-11-23T12:00:00.000Z", leases);
  let ids = 0;
  const ports = {
    tables,
    queue,
    states,
    leases,
    network,
    permissions,
    activity,
    resources,
    metrics,
    subscriptions,
    notices,
  };
  return {
    ports,
    ...ports,
    now: () => new Date(clock.nowUtc),
    newId: () => `id-${(ids += 1)}`,
    log,
    signal: new AbortController().signal,
    clock,
  };
}

function newClock(start: string, leases: MemoryLeases) {
  return {
    nowUtc: start,
    advance(seconds: number) {
      this.nowUtc = new Date(Date.parse(this.nowUtc) + seconds * 1000).toISOString();
      leases.advance(seconds);
    },
  };
}

function memoryTables(): MemoryTables {
  return {
    clusters: new MemoryTable(),
    policies: new MemoryTable(),
    subnets: new MemoryTable(),
    addresses: new MemoryTable(),
    unconfirmed: new MemoryTable(),
    privateLinkServices: new MemoryTable(),
    declarations: new MemoryTable(),
    proposals: new MemoryTable(),
    feeds: new MemoryTable(),
    pages: new MemoryTable(),
    quarantine: new MemoryTable(),
    findings: new MemoryTable(),
    journal: new MemoryTable(),
    waiting: new MemoryTable(),
    touches: new MemoryTable(),
    observations: new MemoryTable(),
    holds: new MemoryTable(),
    vnets: new MemoryTable(),
    runs: new MemoryTable(),
    progress: new MemoryTable(),
    scopes: new MemoryTable(),
    trends: new MemoryTable(),
    usage: new MemoryTable(),
    failures: new MemoryTable(),
    outcomes: new MemoryTable(),
    refusals: new MemoryTable(),
    schema: new MemoryTable(),
  };
}
