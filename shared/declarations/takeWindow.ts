/**
 * Applies a window of changes: each one is confirmed immediately. Only a list confirms that there are no
 * others.
 */
import type { Run } from "../ports/ports.ts";
import { watchAnnouncements } from "./announced.ts";
import { applyChanges } from "./confirmed.ts";
import type { Feed } from "./model.ts";
import { isListRequested as isRequested } from "./feed.ts";
import { foreignStep } from "./identity.ts";
import { IDENTITY_KEY } from "./page.ts";
import { endMet } from "./proposals.ts";
import { listSession, nextSession } from "./query.ts";
import { isOlder } from "./service.ts";
import type { Step, Taking } from "./step.ts";
import { readWindow, type Change } from "./window.ts";

/** @throws InvalidInput if the body is no watch of Services · NotYet if declarations changed while they were written */
export async function takeWindow(run: Run, taking: Taking): Promise<Step> {
  const { cluster, feed, session, post, policy } = taking;
  const since = new URLSearchParams(session.query).get("resourceVersion") ?? "";
  const window = await readWindow(post.body, since);
  if (window.is !== "window")
    return {
      feed,
      session: listSession(session.id, feed.sequence + 1),
      outcome: "list needed",
      problems: [window.message],
    };
  const { changes, resourceVersion } = window;
  const other = changes.find(({ key, uid }) => key === IDENTITY_KEY && uid !== cluster.identity?.uid);
  if (other) {
    const message = `its Service default/kubernetes has uid ${other.uid}, not ${cluster.identity?.uid ?? "none"}`;
    return foreignStep(run, taking, { identity: other.uid, message });
  }
  const taken = await takeChanges(run, taking, changes);
  const next = { policy, nowUtc: run.now().toISOString(), resourceVersion };
  const isListRequested = await isRequested(run, taken);
  return {
    feed: { ...taken, seenVersion: newestVersion(taken.seenVersion, resourceVersion) },
    session: nextSession(taken, session, { ...next, isListRequested }),
    outcome: "window taken",
    report: { changes: changes.length },
  };
}

/** The window of another sender may lag behind: what the cluster reported is never forgotten. */
function newestVersion(seen: string | undefined, resourceVersion: string): string {
  return seen !== undefined && isOlder(resourceVersion, seen) ? seen : resourceVersion;
}

/** The feed after the changes of the window. */
async function takeChanges(
  run: Run,
  { cluster, feed, claim }: Taking,
  changes: readonly Change[],
): Promise<Feed> {
  const { problem: _solved, ...rest } = feed;
  if (changes.length === 0) return rest;
  const announcements = await watchAnnouncements(run, cluster.name);
  const news = await applyChanges(run, cluster.name, {
    changes,
    claim: (declared) => claim(declared, feed.sequence),
    feed,
  });
  news.forEach((declared) => announcements.noted(declared));
  await endMet(run, cluster.name, new Set(changes.map(({ key }) => key)));
  return announcements.record(rest);
}
