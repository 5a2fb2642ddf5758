/**
 * Active senders of one cluster: usually one; two while a pod is replaced, or if one was installed in the
 * wrong cluster. Pure.
 */
import type { Feed, Session } from "./model.ts";

const MOST_SESSIONS = 4;

export type Place =
  { readonly is: "pending" | "answered"; readonly session: Session } | { readonly is: "unknown" };

/** A number before the pending one was answered already, and that answer was lost. */
export function placeOf({ sessions = [] }: Feed, sequence = ""): Place {
  const at = sequence.lastIndexOf(".");
  const number = Number(sequence.slice(at + 1));
  const session = sessions.find(({ id }) => id === sequence.slice(0, at));
  if (!session || !Number.isSafeInteger(number) || number < 1 || number > session.pending)
    return { is: "unknown" };
  return { is: number === session.pending ? "pending" : "answered", session };
}

/** The feed with the session as the one that posted last, and the newest number. */
export function withSession(feed: Feed, session: Session): Feed {
  const others = (feed.sessions ?? []).filter(({ id }) => id !== session.id);
  const kept = others.length < MOST_SESSIONS ? others : without(others);
  return { ...feed, sequence: Math.max(feed.sequence, session.pending), sessions: [...kept, session] };
}

/**
 * Removes one session: first one without a page, then one without a complete list, then the one with the
 * oldest post.
 */
function without(sessions: readonly Session[]): readonly Session[] {
  const worth = ({ listing }: Session) => (listing === undefined ? 2 : listing.pages > 0 ? 1 : 0);
  const least = sessions.toSorted((a, b) => worth(a) - worth(b))[0];
  return sessions.filter((one) => one !== least);
}

/** Ids of the lists that are being read; their pages are kept. */
export function listingsOf({ sessions = [] }: Feed): string[] {
  return sessions.flatMap(({ listing }) => listing?.id ?? []);
}
