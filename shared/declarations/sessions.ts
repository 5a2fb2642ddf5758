/** Senders at work on one cluster's reports: one, or for a while two while a pod is replaced, or one that was installed in the wrong cluster. Pure. */
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

/** Without the one that is least worth keeping: without a page, then without a complete list, then the one that posted longest ago. */
function without(sessions: readonly Session[]): readonly Session[] {
  const worth = ({ listing }: Session) => (listing === undefined ? 2 : listing.pages > 0 ? 1 : 0);
  const least = sessions.toSorted((a, b) => worth(a) - worth(b))[0];
  return sessions.filter((one) => one !== least);
}

/** Ids of the lists that are being read, whose pages stay. */
export function listingsOf({ sessions = [] }: Feed): string[] {
  return sessions.flatMap(({ listing }) => listing?.id ?? []);
}
