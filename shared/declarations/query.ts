/**
 * The queries that Mooring issues. The sender appends them to `/api/v1/services?`, so that it can read only
 * Services. Pure.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import type { Policy } from "../policy/policy.ts";
import type { Feed, Session } from "./model.ts";

export const PAGE_LIMIT = 500;
const SMALLEST_PAGE = 10;

/** A session that begins a list. Without resourceVersion the API server returns a consistent read. */
export function listSession(id: string, sequence: number, limit = PAGE_LIMIT): Session {
  const listing = { id: `${id}.${sequence}`, sequence, limit, pages: 0, items: 0, identities: [] };
  return { id, pending: sequence, query: `limit=${limit}`, listing };
}

/** The same session, with a query for the page that begins at `token`. */
export function pageSession(
  session: Session,
  sequence: number,
  next: { token: string; limit: number },
): Session {
  const { listing } = session;
  if (!listing) return listSession(session.id, sequence);
  const query = `limit=${next.limit}&continue=${encodeURIComponent(next.token)}`;
  return { ...session, pending: sequence, query, listing: { ...listing, limit: next.limit } };
}

/** Halves the page size, to at least ten, after a page that was too large. */
export function halved(limit: number): number {
  return Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
}

/** The session with a query for the changes since a resourceVersion. */
export function windowSession(
  id: string,
  sequence: number,
  { resourceVersion, seconds }: { readonly resourceVersion: string; readonly seconds: number },
): Session {
  const query = `watch=1&resourceVersion=${resourceVersion}&allowWatchBookmarks=true&timeoutSeconds=${seconds}`;
  return { id, pending: sequence, query };
}

/** Minimum time between two lists of a cluster, regardless of pending confirmations. */
const REQUESTED_LIST_SECONDS = 15;

export interface Next {
  readonly policy: Pick<Policy, "declarations">;
  readonly nowUtc: string;
  /** Start of the next window. */
  readonly resourceVersion: string;
  /** True if the change of a resource is pending until the cluster confirms its declaration. */
  readonly isListRequested?: boolean;
}

/**
 * The next query of a session after a confirmation: a list if the last one is old, otherwise the next window.
 */
export function nextSession(
  feed: Feed,
  session: Session,
  { policy, nowUtc, resourceVersion, isListRequested = false }: Next,
): Session {
  const { list } = feed;
  const sequence = feed.sequence + 1;
  const age = list ? (Date.parse(nowUtc) - Date.parse(list.atUtc)) / 1000 : Infinity;
  const { listSeconds } = policy.declarations;
  const seconds = isListRequested ? Math.min(REQUESTED_LIST_SECONDS, listSeconds) : listSeconds;
  if (age >= seconds) return listSession(session.id, sequence);
  return windowSession(session.id, sequence, { resourceVersion, seconds: policy.declarations.windowSeconds });
}
