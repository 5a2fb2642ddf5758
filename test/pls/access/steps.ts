/** Everything that may happen to a Private Link Service, its Service and its connection. A schedule is a list of these. */
import fc from "fast-check";
import { PARTNER } from "../../builders/world.ts";
import { SUBSCRIPTION } from "../../memory/run.ts";

export const THIRD = "33333333-3333-3333-3333-333333333333";

const subscription = fc.constantFrom(SUBSCRIPTION, PARTNER, THIRD);
const lists = fc.uniqueArray(subscription, { maxLength: 3 });
const one = <T extends string>(name: T) => fc.constant(name);
/** `parent`: the ETag of the connection stays although its Private Link Service is written. */
const writes = fc.constantFrom("parent", "parent and child");
const status = fc.constantFrom("Approved", "Rejected");

const kubernetes = [
  fc.record({ do: one("declare"), to: lists, seen: fc.boolean(), built: fc.boolean(), writes }),
  fc.record({ do: one("refused"), to: lists }),
  fc.record({ do: one("recreate"), built: fc.boolean() }),
  fc.record({ do: one("report"), bookmark: fc.boolean() }),
] as const;

const others = [
  fc.record({ do: one("controller"), writes }),
  fc.record({ do: one("outsider"), to: lists }),
  fc.record({ do: one("connect"), from: subscription }),
  fc.record({ do: one("portal"), status }),
] as const;

const mooring = [
  fc.record({
    do: one("reconcile"),
    /** What the Service declares and the controller writes meanwhile: right before Mooring reads, or between its read and its write. */
    meanwhile: fc.option(lists, { nil: undefined }),
    before: fc.constantFrom("read", "write"),
    /** The cluster reports it, and its controller has not written it yet. */
    isReported: fc.boolean(),
  }),
  // An operator decides; another one decides otherwise in the portal, right after the plan was made.
  fc.record({ do: one("decide"), status, contradicted: fc.boolean() }),
  fc.record({ do: one("undo") }),
] as const;

export const step = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...kubernetes) },
  { weight: 3, arbitrary: fc.oneof(...others) },
  { weight: 3, arbitrary: fc.oneof(...mooring) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: one("wait"),
      seconds: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(3700)),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
