/**
 * Handles a query that the API server did not answer with 200: records it, and repeats or changes the query.
 */
import type { Run } from "../ports/ports.ts";
import type { SenderProblem } from "./model.ts";
import { halved, listSession, pageSession } from "./query.ts";
import type { Step, Taking } from "./step.ts";

const GONE = 410;
const TOO_LARGE = 413;
const PAUSE_SECONDS = 30;
const MOST_CHARACTERS = 300;

/** @returns the step with the query to run instead */
export function withoutAnswer(run: Run, taking: Taking): Step {
  const { feed, session, post } = taking;
  const { status = 0 } = post;
  const sequence = feed.sequence + 1;
  if (status === GONE) return { feed, session: listSession(session.id, sequence), outcome: "list needed" };
  if (status === TOO_LARGE) return { feed, session: smaller(taking), outcome: "list needed" };
  const problem = problemOf(run, status, post.body);
  return {
    feed: { ...feed, problem },
    session: { ...session, pending: sequence },
    outcome: "problem recorded",
    problems: [problem.message],
    retryAfterSeconds: PAUSE_SECONDS,
  };
}

/** A page of half the size at the same position; after a window that was too large, a list. */
function smaller({ feed, session }: Pick<Taking, "feed" | "session">): Taking["session"] {
  const sequence = feed.sequence + 1;
  const { listing, query } = session;
  if (!listing) return listSession(session.id, sequence);
  const limit = halved(listing.limit);
  const token = new URLSearchParams(query).get("continue");
  return token === null
    ? listSession(session.id, sequence, limit)
    : pageSession(session, sequence, { token, limit });
}

function problemOf(run: Run, status: number, body: string): SenderProblem {
  const detail = body.trim().slice(0, MOST_CHARACTERS);
  const what =
    status === 0
      ? "the sender cannot reach the API server"
      : `the API server answered the sender with status ${status}`;
  return { status, message: `${what}${detail === "" ? "" : `: ${detail}`}`, atUtc: run.now().toISOString() };
}
