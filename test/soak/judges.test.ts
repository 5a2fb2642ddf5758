/** The judges of the soak that need nothing but rows: what they must find, and what they must let pass. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ArmEvent } from "../../dev/sandbox/arm/armEvent.ts";
import { nothingKeptForTheDead, ownersInRows } from "../../dev/soak/judge/addresses.ts";
import { nothingOpen, writesJournalled } from "../../dev/soak/judge/journal.ts";
import { PROOFS } from "../../dev/soak/proofs.ts";
import { Random } from "../../dev/soak/random.ts";

const ADDRESS = "10.0.0.5";
const UID = "b15feb0c-472c-4a15-8864-dd23e522ab1e";
const FRONTEND =
  "/x/loadBalancers/kubernetes-internal/frontendIPConfigurations/ab15feb0c472c4a158864dd23e522ab1";

const claim = (cluster: string, name: string, port?: number, uid = name) => ({
  owner: { cluster, namespace: "shop", name, uid },
  state: "proposed",
  expiresAtUtc: "2030-01-01T01:00:00.000Z",
  ...(port !== undefined && { ports: [{ protocol: "TCP", port }] }),
});
const row = (claims: unknown[], holderId?: string) => ({
  partition: "subnet",
  key: "address",
  value: { address: ADDRESS, claims, ...(holderId !== undefined && { assignment: { holderId } }) },
});

const ROWS = [
  ["one Service alone", row([claim("a", "one")]), 0],
  ["two of one cluster on two ports", row([claim("a", "one", 80), claim("a", "two", 443)]), 0],
  ["two of one cluster on one port", row([claim("a", "one", 80), claim("a", "two", 80)]), 1],
  ["two clusters", row([claim("a", "one", 80), claim("b", "two", 443)]), 1],
  [
    "two clusters, of which one Service was deleted",
    row([claim("a", "one", 80, "gone"), claim("b", "two", 80)]),
    0,
  ],
  ["one that requests it exclusively, and another", row([claim("a", "one"), claim("a", "two", 443)]), 1],
  [
    "one that requested it exclusively, and another to which Azure assigned it",
    row([claim("a", "one"), claim("a", "two", 443, UID)], FRONTEND),
    0,
  ],
] as const;

test.each(ROWS)("in a row: %s", (_, given, found) => {
  expect(ownersInRows([given], (uid) => uid !== "gone")).toHaveLength(found);
});

test.each([
  ["of a deleted Service is found", claim("a", "one", 80), 1],
  ["is let pass while Azure has its frontend or rule", claim("a", "one", 80, "built"), 0],
  [
    "is found once it has expired, whatever Azure has",
    { ...claim("a", "one", 80, "built"), expiresAtUtc: "2020-01-01T00:00:00.000Z" },
    1,
  ],
  ["is let pass if the lists of its cluster prove nothing", claim("b", "one", 80), 0],
])("in the calm a claim %s", (_, kept, found) => {
  const truth = { living: () => [], isBuilt: (uid: string) => uid === "built" };
  expect(nothingKeptForTheDead(truth, [row([kept])], new Set(["a"]))).toHaveLength(found);
});

const ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateLinkServices/pls";
const written = (atUtc: string, name = "mooring", outcome: ArmEvent["outcome"] = "Success"): ArmEvent => ({
  kind: "Write",
  outcome,
  operationName: "Microsoft.Network/privateLinkServices/write",
  resourceId: ID,
  subscription: "s",
  resourceProvider: "Microsoft.Network",
  method: "PUT",
  url: "",
  correlationId: "c",
  caller: { objectId: "o", applicationId: "a", name },
  atUtc,
});
const entry = (intendedAtUtc: string, completedAtUtc: string | undefined, outcome = "applied") => ({
  partition: "all",
  key: intendedAtUtc,
  value: { id: "e", change: { resourceId: ID.toLowerCase() }, outcome, intendedAtUtc, completedAtUtc },
});

const NOON = "2030-01-01T12:00:00.000Z";
const BEFORE = "2030-01-01T11:59:59.000Z";
const AFTER = "2030-01-01T12:00:01.000Z";
const TOO_LATE = "2030-01-01T12:10:00.000Z";
const LONG_BEFORE = "2030-01-01T11:00:00.000Z";

const WRITES = [
  ["a write between intent and word", [written(NOON)], [entry(BEFORE, AFTER)], 0],
  ["a write whose word a crash cut off", [written(NOON)], [entry(BEFORE, undefined, "intended")], 0],
  ["a write without a journal entry", [written(NOON)], [], 1],
  ["a write that was intended only after", [written(NOON)], [entry(TOO_LATE, TOO_LATE)], 1],
  ["a write long after its entry was closed", [written(NOON)], [entry(LONG_BEFORE, LONG_BEFORE)], 1],
  ["a write that the journal has as refused", [written(NOON)], [entry(BEFORE, AFTER, "refused")], 1],
  ["two writes and one entry", [written(NOON), written(NOON)], [entry(BEFORE, AFTER)], 1],
  ["a write of another writer", [written(NOON, "platform-team")], [], 0],
  ["a write that failed", [written(NOON, "mooring", "Failure")], [], 0],
] as const;

test.each(WRITES)("in the journal: %s", (_, events, entries, found) => {
  expect(writesJournalled(events, entries)).toHaveLength(found);
});

test("an entry that was never closed is found in the calm", () => {
  expect(nothingOpen([entry(BEFORE, undefined, "intended"), entry(BEFORE, AFTER)])).toHaveLength(1);
});

test("the same seed makes the same choices", () => {
  const choices = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => [
      random.between(1, 6),
      random.weighted({ a: 1, b: 3 }),
      random.chance(0.5),
    ]);
  };
  expect(choices(7)).toEqual(choices(7));
  expect(choices(7)).not.toEqual(choices(8));
});

test.each(PROOFS)(
  "the text that proves that the soak can fail is in the sources: $what",
  ({ file, from }) => {
    const source = readFileSync(join(import.meta.dirname, "../..", file), "utf8");
    expect(source.split(from)).toHaveLength(2);
  },
);
