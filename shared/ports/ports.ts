/** All external dependencies of use cases. `app.ts` creates them for production, tests use implementations in memory. */
import type { Activity } from "./activity.ts";
import type { ResourceReader } from "./resources.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Network } from "./network.ts";
import type { Permissions } from "./permissions.ts";
import type { Leases } from "./leases.ts";
import type { Queue } from "./queue.ts";
import type { States } from "./states.ts";

/**
 * One table for each kind of row. The module that defines a row adds its table here (`declare module`), and documents its partition and
 * key, so that no folder depends on one above it.
 */
// oxlint-disable-next-line no-empty-interface -- each table is added by the module of its row
export interface Tables {}

export interface Ports {
  readonly tables: Tables;
  readonly queue: Queue;
  readonly states: States;
  readonly leases: Leases;
  readonly network: Network;
  readonly permissions: Permissions;
  readonly activity: Activity;
  readonly resources: ResourceReader;
  readonly metrics: Metrics;
  /** Subscriptions that Mooring watches, lower case. */
  readonly subscriptions: readonly string[];
}

/** The first parameter of every use case. */
export interface Run {
  readonly ports: Ports;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
  readonly signal: AbortSignal;
}
