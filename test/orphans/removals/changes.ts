/** The guards of every write (`shared/changes`), as far as a sweep meets them. */
import { guardsIn, type Guard } from "./model.ts";
import {
  balancerOfTwo,
  everythingOfOne,
  lag,
  mark,
  oneFrontend,
  policy,
  reports,
  sweep,
  untilDue,
  wait,
} from "./schedule.ts";

const inGuards = guardsIn("shared/changes/guards.ts");
const inApply = guardsIn("shared/changes/apply.ts");
const twoIsDue = [...balancerOfTwo, ...untilDue];

export const CHANGES: readonly Guard[] = [
  inGuards("stopped", {
    refuses: "writing is stopped",
    from: 'input.stopped ? "writing is stopped" : undefined',
    to: "undefined",
    breaks: "stopped",
    steps: [...twoIsDue, policy("stop"), sweep()],
  }),
  inGuards("frozen", {
    refuses: "a freeze window of policy",
    from: "nowUtc >= fromUtc && nowUtc < toUtc",
    to: "false",
    breaks: "stopped",
    steps: [...twoIsDue, policy("freeze"), sweep()],
  }),
  inGuards("tagged", {
    refuses: "the tag `mooring: off` that a lagging list does not show",
    from: "if (isTaggedOff(actual?.tags ?? {}))",
    to: "if (false)",
    breaks: "protected",
    steps: [...twoIsDue, lag("loadBalancers"), mark(2, "balancer", "off"), sweep()],
  }),
  inGuards("tagged (policy)", {
    refuses: "a tag that policy excludes",
    from: "return tag && ",
    to: "return undefined && ",
    breaks: "protected",
    steps: [...twoIsDue, mark(2, "balancer", "excluded"), sweep()],
  }),
  inGuards("held (tag)", {
    refuses: "a Private Link Service on a load balancer with the tag, which a lagging list does not show",
    from: "return off && ",
    to: "return undefined && ",
    breaks: "protected",
    steps: [...oneFrontend, ...untilDue, lag("loadBalancers"), mark(0, "balancer", "off"), sweep()],
  }),
  inGuards("held (hold)", {
    refuses: "a Private Link Service or connection that an operator holds",
    from: "if (hold) return",
    to: "if (false) return",
    breaks: "protected",
    steps: [...oneFrontend, ...untilDue, { do: "hold", which: 0, level: "link" }, sweep()],
    behind: ["protection (hold)"],
  }),
  inGuards("not-ours", {
    refuses: "a Private Link Service without the controller's tags, which a lagging list still shows",
    from: "return missing.length === 0 ? undefined",
    to: "return true ? undefined",
    breaks: "foreign",
    steps: [...oneFrontend, ...untilDue, lag("links"), mark(0, "link", "untagged"), sweep()],
  }),
  inGuards("locked", {
    refuses: "a management lock",
    from: 'level === "ReadOnly" || isRemoval(change)',
    to: "false",
    breaks: "protected",
    steps: [...twoIsDue, mark(2, "balancer", "locked"), sweep()],
  }),
  inGuards("unproved", {
    refuses: "a delete on one observation",
    from: "isRemoval(change) && change.evidence.length < 2",
    to: "false",
    breaks: "evidence",
    steps: [...twoIsDue, sweep()],
    behind: ["Azure's evidence"],
  }),
  inGuards("stale", {
    refuses: "evidence that is older than the stale time",
    from: "return old && ",
    to: "return undefined && ",
    breaks: "confirmed",
    steps: [...twoIsDue, wait(2), sweep()],
    behind: ["report is recent"],
  }),
  inGuards("unsettled", {
    refuses: "a resource that Azure is changing, which a lagging list does not show",
    from: 'actual === undefined || actual.provisioningState === "Succeeded"',
    to: "true",
    breaks: "unsettled",
    steps: [...twoIsDue, lag("loadBalancers"), mark(2, "balancer", "updating"), sweep()],
  }),
  inGuards("blast-radius (run)", {
    refuses: "more deletes in one sweep than policy allows",
    from: "deletes.run >= policy.maxDeletesPerRun",
    to: "false",
    breaks: "budget",
    steps: [...everythingOfOne, ...untilDue, policy("run"), sweep()],
  }),
  inGuards("blast-radius (day)", {
    refuses: "more deletes in 24 hours than policy allows",
    from: "deletes.day >= policy.maxDeletesPerDay",
    to: "false",
    breaks: "budget",
    steps: [...everythingOfOne, ...untilDue, policy("day"), sweep()],
  }),
  inGuards("blast-radius (percent)", {
    refuses: "deletes of a larger part of what is in sight than policy allows",
    from: "percent > policy.maxDeletePercent",
    to: "false",
    breaks: "budget",
    steps: [...twoIsDue, policy("percent"), sweep()],
  }),
  inGuards("journal-unresolved", {
    refuses: "a write on top of one whose result is unknown",
    from: "const [first] = unresolved;",
    to: "const [first] = unresolved.slice(0, 0);",
    breaks: "unresolved",
    steps: [...twoIsDue, sweep({ dieAt: 39 }), wait(1), ...reports, { do: "refuseRead", calls: 2 }, sweep()],
  }),
  inApply("last-proof", {
    refuses: "a write whose proof does not hold any more right before it",
    from: "? await options.stillTrue(change, actual)",
    to: "? undefined",
    breaks: "alive",
    steps: [...twoIsDue, sweep({ meanwhile: "share" })],
  }),
  inApply("If-Match", {
    refuses: "a delete of another version than the one that was judged",
    from: "await writer.remove(change.resourceId, actual.version);",
    to: 'await writer.remove(change.resourceId, "*");',
    breaks: "alive",
    steps: [{ do: "withdraw", which: 0 }, ...untilDue, sweep({ meanwhile: "declareLink" })],
    behind: ["changed in quarantine"],
  }),
];
