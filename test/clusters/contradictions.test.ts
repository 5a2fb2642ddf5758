/** Two registrations that claim one thing are named with both names; everything else is silent. */
import { expect, test } from "vitest";
import { contradictionsOf } from "../../shared/declarations/clusterContradictions.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { cluster, NOW, UID } from "../builders/world.ts";

const own = (name: string, some: Partial<Cluster> = {}) =>
  cluster({ name, nodeResourceGroup: `MC_${name}`, ...some });
const bound = (uid: string) => ({ identity: { uid, boundAtUtc: NOW } });
const { resourceId } = cluster();

const messages = (clusters: readonly Cluster[]) =>
  Object.fromEntries(
    [...contradictionsOf(clusters)].map(([name, all]) => [name, all.map(({ message }) => message)]),
  );

test.each<[string, Partial<Cluster>, Partial<Cluster>, string]>([
  ["managed cluster", {}, { resourceId: resourceId.toUpperCase() }, "managed cluster one"],
  ["node resource group", {}, { nodeResourceGroup: "mc_ONE" }, "node resource group MC_one"],
  ["identity", bound(UID), bound(UID.toUpperCase()), `identity ${UID}`],
])("the same %s is reported for both", (_, first, second, shared) => {
  const found = messages([own("one", first), own("two", second)]);
  const message = `clusters one and two are registered with the same ${shared}`;
  expect(Object.keys(found)).toEqual(["one", "two"]);
  expect(found["one"]).toEqual([message]);
  expect(found["two"]?.map((text) => text.toLowerCase())).toEqual([message.toLowerCase()]);
});

test("everything that is shared is reported, and each with each", () => {
  const same = { resourceId, nodeResourceGroup: "MC_one" };
  const found = contradictionsOf([own("one", same), own("two", same), own("three", same), own("four")]);
  expect([...found.keys()]).toEqual(["one", "two", "three"]);
  expect(found.get("two")?.map(({ what, other }) => `${what} ${other}`)).toEqual([
    "managed-cluster one",
    "managed-cluster three",
    "node-resource-group one",
    "node-resource-group three",
  ]);
});

test("clusters that are not bound, and groups of one name in two subscriptions, contradict nothing", () => {
  const elsewhere = own("two").resourceId.replace(/subscriptions\/[^/]+/, "subscriptions/other");
  const groups = [own("one"), own("two", { nodeResourceGroup: "MC_one", resourceId: elsewhere })];
  expect(messages([...groups, own("three", bound(UID))])).toEqual({});
});
