/**
 * How a cluster reports its Services: a session of numbered queries, each named by Mooring and answered by the cluster's API server.
 * Numbers only grow. Whatever Mooring read from Azure before it issued a number is older than what the answer to that query confirms.
 */
import type { Declared } from "../kubernetes/intent.ts";
import type { WebhookProbe } from "./webhookProbe.ts";

/** One sender at work. Partition of its staged pages = cluster. */
export interface Session {
  readonly id: string;
  /** Number of the query that the sender is to answer next. */
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

/** Services that a list or window showed and admission had not announced, since admission was last heard of. */
export interface Unannounced {
  readonly count: number;
  readonly lastAtUtc: string;
  /** One of them, `namespace/name`. */
  readonly example: string;
}

/** What is known of one cluster's reports. Partition `all`; key = cluster. */
export interface Feed {
  readonly cluster: string;
  /** The newest number that was issued. */
  readonly sequence: number;
  /** When the sender posted anything last. */
  readonly heardAtUtc?: string;
  /** Senders at work, the one that posted last at the end. Only after a complete list of the right identity is one asked for windows. */
  readonly sessions?: readonly Session[];
  /** By the last complete list: a consistent read. Windows only deliver changes: an API server may lag behind. */
  readonly confirmed?: Confirmation;
  /** The newest resourceVersion of any list or window: an older list is not the cluster's newest. */
  readonly seenVersion?: string;
  readonly list?: CompleteList;
  readonly refused?: RefusedList;
  readonly problem?: SenderProblem;
  /** What the sender got when it asked the relay as an API server does; absent if it did not ask. */
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

/** What admission saw of one Service. Partition = cluster; key = `namespace/name uid version`, and `deleted` for a DELETE. */
export interface Proposal {
  readonly declared: Declared;
  /** How many complete lists came since, and when the first did; absent: none. */
  readonly seen?: { readonly lists: number; readonly atUtc: string };
}
