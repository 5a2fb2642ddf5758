/**
 * Processes a post of a cluster's sender and returns the next query. The sender runs each query against the
 * API server and posts the unchanged answer; it can read only Services. Called by the declarations trigger.
 */
import type { Cluster } from "./clusterModel.ts";
import { InvalidInput } from "../core/errors.ts";
import { clusterSubject } from "../storage/outcome.ts";
import { recordOutcome } from "../storage/recordOutcome.ts";
import type { Lease } from "../storage/lease.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import { readFeedRow, writeFeed } from "./feed.ts";
import type { Feed, Session } from "./model.ts";
import { listSession } from "./query.ts";
import { asOnlyReport } from "./reportLease.ts";
import { withoutAnswer } from "./senderFailures.ts";
import { listingsOf, placeOf, withSession } from "./sessions.ts";
import { dropStaged } from "./staging.ts";
import type { Answer, FollowUp, Post, Step, Taking } from "./step.ts";
import { takePage } from "./takePage.ts";
import { takeWindow } from "./takeWindow.ts";

const REFUSED_PAUSE_SECONDS = 30;
/** After these results, staged pages may exist that no session reads any longer. */
const LEAVES_PAGES = new Set<Step["outcome"]>([
  "started",
  "refused",
  "foreign",
  "list complete",
  "list needed",
]);

interface Received {
  readonly post: Post;
  readonly policy: Policy;
  readonly followUp: FollowUp;
}

/**
 * Two posts of a cluster are never applied at the same time: an older one would bring back what a newer one
 * withdrew. A host that lost the lease claims and confirms nothing more; what it removes or marks, it does with the
 * version that it read.
 * @throws NotYet if the same cluster reported at the same time: the sender retries its post
 */
export async function receiveDeclarations(
  run: Run,
  cluster: Cluster,
  { followUp, ...received }: Received,
): Promise<Answer> {
  const receive = (lease: Lease) => {
    const claim: FollowUp["claim"] = async (...claimed) => {
      await lease.demand();
      await followUp.claim(...claimed);
    };
    return receiveAlone(run, cluster, { ...received, followUp: { ...followUp, claim } });
  };
  return asOnlyReport(run, cluster.name, receive);
}

/** Completes every consequence of a post before it records its answer: if the process is killed before that, the sender posts it again. */
async function receiveAlone(
  run: Run,
  cluster: Cluster,
  { post, policy, followUp }: Received,
): Promise<Answer> {
  const row = await readFeedRow(run, cluster.name);
  const heardAtUtc = run.now().toISOString();
  const feed = { ...row.feed, heardAtUtc, ...(post.webhook && { webhook: post.webhook }) };
  const place = placeOf(feed, post.sequence);
  if (place.is === "answered") return repeat(run, feed, place.session);
  const step =
    place.is === "pending"
      ? await take(run, { cluster, policy, feed, session: place.session, post, ...followUp })
      : startSession(run, feed);
  const next = withSession(step.feed, step.session);
  await recordList(run, row.feed, step);
  if (step.isRequested) await followUp.decide?.();
  await writeFeed(run, row, next);
  if (LEAVES_PAGES.has(step.outcome)) await dropStaged(run, cluster.name, listingsOf(next));
  return toAnswer(step);
}

/** The host that received the post may have been killed before it dropped the staged pages of its list. */
async function repeat(run: Run, feed: Feed, session: Session): Promise<Answer> {
  await dropStaged(run, feed.cluster, listingsOf(feed));
  return toAnswer({ feed, session, outcome: "repeated" });
}

const FAILED = new Set<Step["outcome"]>(["refused", "foreign", "problem recorded"]);

/** A window after a failed query shows that the sender reaches the API server again. */
async function recordList(run: Run, before: Feed, { outcome, problems = [] }: Step): Promise<void> {
  const about = { operation: "list", subject: clusterSubject(before.cluster) } as const;
  const isSolved = outcome === "window taken" && before.problem !== undefined;
  if (FAILED.has(outcome)) await recordOutcome(run, { ...about, error: problems.join("; ") || outcome });
  else if (outcome === "list complete" || isSolved) await recordOutcome(run, about);
}

/** Added to the others, until its list is complete and has the right identity. */
function startSession(run: Run, feed: Feed): Step {
  return { feed, session: listSession(run.newId(), feed.sequence + 1), outcome: "started" };
}

async function take(run: Run, taking: Taking): Promise<Step> {
  const { post, session } = taking;
  try {
    if (post.status !== 200) return withoutAnswer(run, taking);
    const { listing } = session;
    return listing ? await takePage(run, taking, listing) : await takeWindow(run, taking);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return refused(taking, error.problems);
  }
}

/** Discards the list; the session starts it again. */
function refused({ feed, session }: Taking, problems: readonly string[]): Step {
  return {
    feed,
    session: listSession(session.id, feed.sequence + 1),
    outcome: "refused",
    problems,
    retryAfterSeconds: REFUSED_PAUSE_SECONDS,
  };
}

function toAnswer({ session, ...step }: Step): Answer {
  const { outcome, problems, retryAfterSeconds, report } = step;
  return {
    sequence: `${session.id}.${session.pending}`,
    query: session.query,
    outcome,
    ...(problems && { problems }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(report && { report }),
  };
}
