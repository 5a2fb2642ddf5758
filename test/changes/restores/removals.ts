/** The guards of what an undo gives, each with a schedule that breaks an invariant without it. */
import { guardsIn, type Guard } from "../../orphans/removals/model.ts";
import type { Part, RestoreInvariant, Step } from "./steps.ts";

export type RestoreGuard = Guard<RestoreInvariant, Step>;

const inApply = guardsIn<RestoreInvariant, Step>("shared/changes/apply.ts");
const inReserve = guardsIn<RestoreInvariant, Step>("shared/changes/reserve.ts");

const restore = (part: Part, meanwhile?: Extract<Step, { readonly do: "restore" }>["meanwhile"]): Step => ({
  do: "restore",
  part,
  meanwhile,
});
const admit = (part: Part): Step => ({ do: "admit", owner: "two/a", part, after: "accepted" });

export const RESTORE_GUARDS: readonly RestoreGuard[] = [
  inApply("taken-since", {
    refuses: "an undo that gives what a Service was admitted with since the plan was made",
    from: "if (taken.length > 0) return refuse",
    to: "if (false) return refuse",
    breaks: "owner",
    steps: [restore("balancer", "two/a")],
  }),
  inReserve("address is recorded", {
    refuses: "a Service that requests the address of a load balancer that was just restored",
    from: 'if (what === "address")',
    to: "if (false)",
    breaks: "owner",
    steps: [restore("balancer"), admit("balancer")],
  }),
  inReserve("name is claimed", {
    refuses: "a Service that requests the name of a Private Link Service that was just restored",
    from: "return claim && {",
    to: "return undefined && {",
    breaks: "owner",
    steps: [restore("pls"), admit("pls")],
    behind: ["name is recorded"],
  }),
  inReserve("name is recorded", {
    refuses: "the same, after the claim expired and before the next scan",
    from: 'if (what !== "name" || ',
    to: "if (true || ",
    breaks: "owner",
    steps: [restore("pls"), { do: "wait", seconds: 120 }, admit("pls")],
  }),
];
