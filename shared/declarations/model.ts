/**
 * How a cluster reports its Services: a session of numbered queries, each issued by Mooring and answered by
 * the API server of the cluster. Numbers only increase. Everything that Mooring read from Azure before it
 * issued a number is older than what the answer to that query confirms.
 */
import type { Declared } from "../kubernetes/intent.ts";
import type { WebhookProbe } from "./webhookProbe.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly declarations: Table<Declared>;
    readonly proposals: Table<Proposal>;
    readonly feeds: Table<Feed>;
    readonly pages: Table<StagedPage>;
  }
}

/** One sender at work. Partition of its staged pages = cluster. */
export interface Session {
  readonly id: string;
  /** Number of the query that the sender must answer next. */
  readonly pending: number;
  readonly query: string;
  /** Present while a list is being read; absent: the query is a window of changes. */
  readonly listing?: Listing;
}

/** A list that is not complete yet: its pages are staged and change nothing. */
export interface Listing {
  readonly id: string;
  /** Number of the query for its first page: everything in the list was true after that query was issued. */
  readonly sequence: number;
  readonly limit: number;
  readonly pages: number;
  /** Items of all kinds of Services so far. */
  readonly items: number;
  /** The same in all pages of a list. */
  readonly resourceVersion?: string;
  /** `namespace/name` of the last item: the next page begins after it. */
  readonly lastKey?: string;
  /** uids of the Services `default/kubernetes` so far; a valid list has exactly one. */
  readonly identities: readonly string[];
}

/** What the cluster confirmed last, by a complete list. */
export interface Confirmation {
  readonly resourceVersion: string;
  /** Number of the query that it answers. */
  readonly sequence: number;
  readonly atUtc: string;
}

export interface CompleteList extends Confirmation {
  /** Services of type LoadBalancer. */
  readonly services: number;
}

/** A list that was refused because it is another cluster's. */
export interface RefusedList {
  /** uid of its Service `default/kubernetes`; `none` if it has none. */
  readonly identity: string;
  /** The registered cluster that is bound to this identity. */
  readonly holder?: string;
  readonly atUtc: string;
  readonly count: number;
}

/** Why the sender could not answer a query. */
export interface SenderProblem {
  /** HTTP status of the API server; 0 if it could not be reached. */
  readonly status: number;
  readonly message: string;
  readonly atUtc: string;
}

/** Services of lists and windows that admission had not proposed, since its last proposal. */
export interface Unannounced {
  readonly count: number;
  readonly lastAtUtc: string;
  /** One of them, `namespace/name`. */
  readonly example: string;
}

/** State of the reports of one cluster. Partition `all`; key = cluster. */
export interface Feed {
  readonly cluster: string;
  /** The newest number that was issued. */
  readonly sequence: number;
  /** Time of the last post of a sender. */
  readonly heardAtUtc?: string;
  /**
   * Active senders; the last element posted last. Windows are requested only after a complete list with the
   * right identity.
   */
  readonly sessions?: readonly Session[];
  /** By the last complete list: a consistent read. Windows only deliver changes: an API server may lag behind. */
  readonly confirmed?: Confirmation;
  /** The newest resourceVersion of any list or window: an older list is not the cluster's newest. */
  readonly seenVersion?: string;
  readonly list?: CompleteList;
  readonly refused?: RefusedList;
  readonly problem?: SenderProblem;
  /** Result of the sender's probe of the relay; absent if it did not probe. */
  readonly webhook?: WebhookProbe;
  readonly unannounced?: Unannounced;
  /** When admission proposed something that the cluster confirmed. */
  readonly admittedAtUtc?: string;
}

/** A Service of a staged page. */
export interface Listed {
  readonly key: string;
  readonly declared: Omit<Declared, "cluster" | "strength" | "observedAtUtc">;
}

/** Part of a page. Partition = cluster; key = list id, page, part. */
export interface StagedPage {
  readonly services: readonly Listed[];
  readonly stagedAtUtc: string;
}

/**
 * Proposal of admission for one Service. Partition = cluster; key = `namespace/name uid version`, and
 * `deleted` for a DELETE.
 */
export interface Proposal {
  readonly declared: Declared;
  /** Number of complete lists since then, and the time of the first one; absent if none. */
  readonly seen?: { readonly lists: number; readonly atUtc: string };
}
