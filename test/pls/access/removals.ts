/** The guards of writes to Private Link Services and connections, each with a schedule that breaks an invariant without it. */
import { guardsIn, type Guard } from "../../orphans/removals/model.ts";
import { PARTNER } from "../../builders/world.ts";
import { SUBSCRIPTION } from "../../memory/run.ts";
import type { AccessInvariant } from "./invariants.ts";
import { THIRD, type Step } from "./steps.ts";

export type AccessGuard = Guard<AccessInvariant, Step>;

const inGuards = guardsIn<AccessInvariant, Step>("shared/changes/guards.ts");
const inApply = guardsIn<AccessInvariant, Step>("shared/changes/apply.ts");
const inOrder = guardsIn<AccessInvariant, Step>("shared/changes/order.ts");
const inConnections = guardsIn<AccessInvariant, Step>("shared/pls/planConnections.ts");
const inPlan = guardsIn<AccessInvariant, Step>("shared/pls/planFor.ts");
const inOwner = guardsIn<AccessInvariant, Step>("shared/declarations/plsOwner.ts");
const inReverify = guardsIn<AccessInvariant, Step>("shared/pls/reverify.ts");
const inDesired = guardsIn<AccessInvariant, Step>("shared/pls/desired.ts");

type DeclareStep = Extract<Step, { readonly do: "declare" }>;
type Lists = Readonly<DeclareStep["to"]>;

/** The Service begins with one subscription, confirmed; its connection from there is pending. */
const ONE: Lists = [SUBSCRIPTION];
const BOTH: Lists = [SUBSCRIPTION, PARTNER];

const declare = (to: Lists, some: Partial<DeclareStep> = {}): Step => ({
  do: "declare",
  to: [...to],
  seen: false,
  built: false,
  writes: "parent and child",
  ...some,
});
const withdraw = (some: Partial<DeclareStep> = {}): Step => declare(ONE, { built: true, ...some });
const report: Step = { do: "report", bookmark: true };
const outsider = (to: Lists): Step => ({ do: "outsider", to: [...to] });
const connect = (from: Lists[number]): Step => ({ do: "connect", from });
const reconcile: Step = { do: "reconcile", meanwhile: undefined, before: "read", isReported: false };
const wait: Step = { do: "wait", seconds: 20 };

/** Mooring has seen what is there, and the cluster has confirmed since: the next reconcile writes. */
const ready: readonly Step[] = [reconcile, wait, report, report, wait];
/** A user in the portal narrows what is declared for both subscriptions, and Mooring restores it. */
const repaired: readonly Step[] = [outsider(ONE), ...ready, reconcile];
const declaredForBoth: readonly Step[] = [declare(BOTH, { built: true }), report, report];

export const ACCESS_GUARDS: readonly AccessGuard[] = [
  inGuards("awaiting-confirmation", {
    refuses: "a write on a declaration that is older than the last write of the resource",
    from: "isConfirmedSince\n    ? undefined",
    to: "true\n    ? undefined",
    breaks: "widened",
    steps: [...declaredForBoth, withdraw(), reconcile],
  }),
  inGuards("changed-since-planned", {
    refuses: "a value that another writer set since the plan was made",
    from: "return moved && ",
    to: "return undefined && ",
    breaks: "overwritten",
    steps: [{ do: "decide", status: "Approved", contradicted: true }],
  }),
  inGuards("fighting", {
    refuses: "a repair that another writer keeps changing back",
    from: "repairs >= policy.privateLinkServices.maxRepairsPerHour",
    to: "false",
    breaks: "fight",
    steps: [...declaredForBoth, ...repaired, ...repaired, ...repaired],
  }),
  inGuards("unproved (wider access)", {
    refuses: "a write that opens access on one source",
    from: 'proofs.some((each) => sources.has(each)) && sources.has("Azure")',
    to: "true",
    breaks: "evidence",
    steps: [...declaredForBoth, ...repaired],
    behind: ["Azure's evidence of a Private Link Service"],
  }),
  inGuards("stale (wider access)", {
    refuses: "a write that opens access on a report that is older than the stale time",
    from: "return old && ",
    to: "return undefined && ",
    breaks: "recent",
    // The third repair is possible when the first two are an hour ago; in the meantime the cluster is silent.
    steps: [
      ...declaredForBoth,
      ...repaired,
      ...repaired,
      ...repaired,
      { do: "wait", seconds: 3700 },
      reconcile,
    ],
  }),
  inApply("If-Match (write)", {
    refuses: "a write of another version than the one that was judged",
    from: "withEdits(actual.body, change.edits), actual.version)",
    to: 'withEdits(actual.body, change.edits), "*")',
    breaks: "overwritten",
    steps: [
      ...declaredForBoth,
      outsider(ONE),
      ...ready,
      { do: "reconcile", meanwhile: [], before: "write", isReported: false },
    ],
  }),
  inApply("Private Link Service of a connection", {
    refuses: "an approval on a declaration that is older than the last write of the Private Link Service",
    from: "[actual, protection.privateLinkService]",
    to: "[actual]",
    breaks: "widened",
    steps: [
      ...declaredForBoth,
      connect(PARTNER),
      ...ready,
      // The controller writes the Private Link Service; the ETag of the connection stays.
      withdraw({ writes: "parent" }),
      reconcile,
    ],
  }),
  inOrder("version that was seen", {
    refuses: "a write on a declaration that was confirmed for an earlier version of the resource",
    from: "seen?.version === version",
    to: "seen",
    breaks: "widened",
    steps: [...declaredForBoth, ...repaired, report, withdraw(), reconcile],
  }),
  inPlan("Azure's evidence of a Private Link Service", {
    refuses: "a write that opens access and that only the cluster proves",
    from: '    { says: marks, source: "Azure", atUtc: run.now().toISOString() },\n',
    to: "",
    breaks: "evidence",
    steps: [...declaredForBoth, ...repaired],
    behind: ["unproved (wider access)"],
  }),
  inReverify("declared right before the write", {
    refuses: "a write that opens access which the cluster withdrew since the plan was made",
    from: "if (!opened.every(isOpened)) return",
    to: "if (!opened.every(() => true)) return",
    breaks: "confirmed",
    steps: [
      ...declaredForBoth,
      outsider(ONE),
      ...ready,
      { do: "reconcile", meanwhile: [...ONE], before: "write", isReported: true },
    ],
  }),
  inConnections("declared consumer", {
    refuses: "an approval of a subscription that the Service does not declare",
    from: 'const isDeclared = approved.has(consumerOf(connection) ?? "");',
    to: "const isDeclared = true;",
    breaks: "widened",
    steps: [connect(PARTNER), ...ready, reconcile],
  }),
  inConnections("pending connection", {
    refuses: "an approval of a connection that is not pending: an operator rejected it",
    from: 'if (connection.status !== "Pending") return undefined;',
    to: "",
    breaks: "decided",
    steps: [{ do: "portal", status: "Rejected" }, ...ready, reconcile],
  }),
  inConnections("approved by an operator", {
    refuses: "the rejection of a connection that an operator approved",
    from: "rejectWithdrawn && wasAutomatic(connection)",
    to: "rejectWithdrawn",
    breaks: "decided",
    steps: [connect(THIRD), { do: "portal", status: "Approved" }, ...ready, reconcile],
  }),
  inOwner("frontend of the owner", {
    refuses: "a Private Link Service that was created for an earlier Service of the same name",
    from: "return isNamedFor(frontendName, owner.uid) ? owner : undefined;",
    to: "return frontendName ? owner : undefined;",
    breaks: "foreign",
    steps: [{ do: "recreate", built: false }, declare(BOTH), report, report, ...ready, reconcile],
  }),
  inDesired("policy narrows", {
    refuses: "a subscription that the Service declares and policy does not allow",
    from: "return declared.filter((id) => allowed.includes(id.toLowerCase()));",
    to: "return declared;",
    breaks: "allowed",
    steps: [declare([...BOTH, THIRD]), report, report, ...ready, reconcile],
  }),
];
