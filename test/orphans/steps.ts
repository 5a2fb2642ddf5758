/** Everything that may happen to an estate. A schedule is a list of these. */
import fc from "fast-check";
import { LISTED } from "./azureLists.ts";
import { FOREIGN, MARKS } from "./marks.ts";

const which = fc.nat({ max: 20 });
const one = <T extends string>(name: T) => fc.constant(name);

const kubernetes = [
  fc.record({ do: one("make"), which, pls: fc.boolean(), seen: fc.boolean() }),
  fc.record({ do: one("end"), which, cleaned: fc.boolean() }),
  fc.record({ do: one("revive"), which, seen: fc.boolean() }),
  fc.record({ do: one("withdraw"), which }),
  fc.record({ do: one("declarePls"), which }),
  fc.record({
    do: one("share"),
    which,
    pls: fc.boolean(),
    by: fc.constantFrom("address", "rule"),
    seen: fc.boolean(),
  }),
  fc.record({ do: one("propose"), which, what: fc.constantFrom("create", "delete", "withdraw", "late") }),
] as const;

const reports = [
  fc.record({ do: one("list"), which, lacks: fc.nat({ max: 2 }) }),
  fc.record({ do: one("window"), which }),
  fc.record({ do: one("foreign"), which }),
] as const;

const registrations = [
  fc.record({ do: one("duplicate"), which }),
  fc.record({ do: one("mistype"), which, wrong: fc.boolean() }),
  fc.record({ do: one("rebuild"), which, confirmed: fc.boolean() }),
  fc.record({
    do: one("register"),
    which,
    how: fc.constantFrom("unchecked", "unbound", "uncorroborated", "other group"),
  }),
] as const;

const azure = [
  fc.record({
    do: one("consumer"),
    which,
    status: fc.constantFrom("Approved", "Pending", "Rejected", "Disconnected", "Paused"),
  }),
  fc.record({ do: one("scale"), which, nodes: fc.constantFrom(0, 3) }),
  fc.record({
    do: one("unreadable"),
    method: fc.constantFrom("managedCluster", "managedClusters", "resourceGroup"),
    calls: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ do: one("refuseRead"), calls: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: one("loseResponse"), calls: fc.integer({ min: 1, max: 2 }), isMade: fc.boolean() }),
  fc.record({
    do: one("truncate"),
    method: fc.constantFrom(...LISTED),
    calls: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: one("lag"), method: fc.constantFrom(...LISTED), calls: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: one("filter"), which, looks: fc.integer({ min: 1, max: 3 }) }),
] as const;

/** Rare: much that follows them is kept for their sake. */
const keeping = [
  fc.record({ do: one("deleteCluster"), which }),
  fc.record({
    do: one("hold"),
    which,
    level: fc.constantFrom("balancer", "frontend", "rule", "pls", "connection"),
  }),
  fc.record({
    do: one("mark"),
    which,
    level: fc.constantFrom("balancer", "pls"),
    what: fc.constantFrom(...MARKS),
  }),
  fc.record({ do: one("use"), which, what: fc.constantFrom(...FOREIGN) }),
  fc.record({ do: one("attach"), which }),
  fc.record({
    do: one("policy"),
    what: fc.constantFrom("none", "none", "none", "stop", "freeze", "run", "day", "percent", "hasty"),
  }),
] as const;

const time = [
  fc.record({ do: one("wait"), hours: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    do: one("sweep"),
    dieAt: fc.option(fc.nat({ max: 60 }), { nil: Infinity }),
    skewSeconds: fc.constantFrom(0, 0, 185, -185),
    meanwhile: fc.option(
      fc.constantFrom("declarePls", "make", "revive", "wait", "unregister", "share", "suspend"),
      {
        nil: undefined,
      },
    ),
  }),
] as const;

export const step = fc.oneof(
  { weight: 7, arbitrary: fc.oneof(...kubernetes) },
  { weight: 3, arbitrary: fc.oneof(...reports) },
  { weight: 4, arbitrary: fc.oneof(...registrations) },
  { weight: 7, arbitrary: fc.oneof(...azure) },
  { weight: 1, arbitrary: fc.oneof(...keeping) },
  { weight: 3, arbitrary: fc.oneof(...time) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
