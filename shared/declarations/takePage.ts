/** Stages a page of a list; after the last page the list is applied, if it is from this cluster. */
import { InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { watchAnnouncements } from "./announced.ts";
import { applyList, type CompleteListing } from "./completeList.ts";
import { isListRequested } from "./feed.ts";
import { foreignStep, identify } from "./identity.ts";
import type { Confirmation, Feed, Listing } from "./model.ts";
import { readPage } from "./page.ts";
import { settleProposals } from "./proposals.ts";
import { nextSession, pageSession } from "./query.ts";
import { isOlder } from "./service.ts";
import { stagePage } from "./staging.ts";
import type { Step, Taking } from "./step.ts";

/**
 * @throws InvalidInput if the body is not the requested page, or the list cannot be the newest of this
 * cluster
 */
export async function takePage(run: Run, taking: Taking, listing: Listing): Promise<Step> {
  const { cluster, feed, session, post } = taking;
  const page = await readPage(post.body, listing);
  await stagePage(run, cluster.name, page.listing, page.services);
  if (page.next === undefined) return complete(run, taking, page.listing);
  const next = { token: page.next, limit: page.listing.limit };
  return {
    feed,
    session: pageSession({ ...session, listing: page.listing }, feed.sequence + 1, next),
    outcome: "page staged",
    report: { page: page.listing.pages, services: page.listing.items },
  };
}

async function complete(run: Run, taking: Taking, listing: Listing): Promise<Step> {
  const { cluster, feed, claim, release } = taking;
  // First: another cluster's list has other versions as well.
  const identified = await identify(run, cluster, listing);
  if (!identified.ok) return foreignStep(run, taking, identified);
  const valid = requireNewest(feed, listing);
  const announcements = await watchAnnouncements(run, cluster.name);
  const { noted } = announcements;
  const isRequested = await isListRequested(run, feed);
  const done = await applyList(run, cluster.name, {
    listing: valid,
    noted,
    claim: (declared) => claim(declared, feed.sequence),
  });
  const { resourceVersion, sequence } = valid;
  const confirmed = { resourceVersion, sequence, atUtc: run.now().toISOString() };
  await settleProposals(run, cluster.name, release);
  const list = { ...confirmed, services: done.services };
  const reported = {
    ...announcements.record(feed),
    confirmed: newest(feed, confirmed),
    list,
    seenVersion: resourceVersion,
  };
  return { ...finished(run, taking, reported), isRequested, report: { ...done } };
}

/** With two senders, the list that began earlier may be complete later. */
function newest({ confirmed }: Feed, listed: Confirmation): Confirmation {
  return confirmed && confirmed.sequence > listed.sequence ? confirmed : listed;
}

/** @throws InvalidInput if the cluster has reported something newer */
function requireNewest(
  { seenVersion }: Feed,
  { id, sequence, resourceVersion = "" }: Listing,
): CompleteListing {
  if (seenVersion !== undefined && isOlder(resourceVersion, seenVersion))
    throw new InvalidInput(
      `the list's resourceVersion ${resourceVersion} is older than ${seenVersion}, which the cluster reported before; if the cluster was restored from a backup, run \`mooring clusters rebind\``,
    );
  return { id, sequence, resourceVersion };
}

/** The session continues with windows. */
function finished(
  run: Run,
  { session, policy }: Taking,
  feed: Feed,
): Pick<Step, "feed" | "session" | "outcome"> {
  const { problem: _solved, refused, ...rest } = feed;
  const nowUtc = run.now().toISOString();
  const isRecent = refused && Date.parse(nowUtc) - Date.parse(refused.atUtc) < policy.staleMinutes * 60_000;
  const { resourceVersion = "" } = feed.confirmed ?? {};
  const next = nextSession(feed, session, { policy, nowUtc, resourceVersion });
  return { feed: isRecent ? { ...rest, refused } : rest, session: next, outcome: "list complete" };
}
