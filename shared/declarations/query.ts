/**
 * The queries that Mooring names. The sender puts them behind `/api/v1/services?`, so that it can ask for Services and nothing else. Pure.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import type { Policy } from "../policy/policy.ts";
import type { Feed, Session } from "./model.ts";

export const PAGE_LIMIT = 500;
const SMALLEST_PAGE = 10;

/** A session that begins a list. Without resourceVersion the API server gives a consistent read. */
export function listSession(id: string, sequence: number, limit = PAGE_LIMIT): Session {
  const listing = { id: `${id}.${sequence}`, sequence, limit, pages: 0, items: 0, identities: [] };
  return { id, pending: sequence, query: `limit=${limit}`, listing };
}

/** The same session, asked for the page that begins at `token`. */
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

/** Half the page, at least ten: for a page that was too large. */
export function halved(limit: number): number {
  return Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
}

/** The session asked for the changes since a resourceVersion. */
export function windowSession(
  id: string,
  sequence: number,
  { resourceVersion, seconds }: { readonly resourceVersion: string; readonly seconds: number },
): Session {
  const query = `watch=1&resourceVersion=${resourceVersion}&allowWatchBookmarks=true&timeoutSeconds=${seconds}`;
  return { id, pending: sequence, query };
}

/** However much waits for a confirmation, a cluster lists at most so often. */
const REQUESTED_LIST_SECONDS = 15;

export interface Next {
  readonly policy: Pick<Policy, "declarations">;
  readonly nowUtc: string;
  /** From which the next window begins. */
  readonly resourceVersion: string;
  /** A change of a resource waits for the cluster to confirm its declaration. */
  readonly isListRequested?: boolean;
}

/** What the session is to be asked after something was confirmed: a list if the last one is old, else the next window. */
export function nextSession(
  feed: Feed,
  session: Session,
  { policy, nowUtc, resourceVersion, isListRequested = false }: Next,
): Session {
  const { list } = feed;
  const sequence = feed.sequence + 1;
  const age = list ? (Date.parse(nowUtc) - Date.parse(list.atUtc)) / 1000 : Infinity;
  const seconds = isListRequested ? REQUESTED_LIST_SECONDS : policy.declarations.listSeconds;
  if (age >= seconds) return listSession(session.id, sequence);
  return windowSession(session.id, sequence, { resourceVersion, seconds: policy.declarations.windowSeconds });
}
