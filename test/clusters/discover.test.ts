import { beforeEach, expect, test } from "vitest";
import { discoverClusters } from "../../shared/declarations/discover.ts";
import { Refused } from "../../shared/core/errors.ts";
import { cluster, managedCluster, PARTNER } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
beforeEach(async () => {
  run = memoryRun({ subscriptions: [SUBSCRIPTION, PARTNER] });
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
});

const idOf = (group: string, name: string, subscription = SUBSCRIPTION) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
const names = async () => (await discoverClusters(run)).found.map(({ name }) => name);

test("clusters of all watched subscriptions that are not registered, compared without case", async () => {
  run.network.clusters = [
    managedCluster({ id: cluster().resourceId.toUpperCase() }),
    managedCluster({ id: idOf("rg", "two") }),
    managedCluster({ id: idOf("rg", "three", PARTNER) }),
  ];
  expect(await discoverClusters(run)).toMatchObject({
    found: [{ name: "two" }, { name: "three" }],
    registered: 1,
    unreadable: [],
  });
});

test("names fit a registration and are not taken", async () => {
  run.network.clusters = [
    managedCluster({ id: idOf("rg-a", "One") }),
    managedCluster({ id: idOf("rg-b", "AKS_prod.1") }),
    managedCluster({ id: idOf("rg-c", "aks-prod-1") }),
    managedCluster({ id: idOf("rg-c", "aks_prod_1") }),
  ];
  expect(await names()).toEqual(["one-rg-a", "aks-prod-1", "aks-prod-1-rg-c", "aks-prod-1-rg-c-2"]);
});

test("a subscription that cannot be read is named, and the others are listed", async () => {
  run.network.clusters = [managedCluster({ id: idOf("rg", "three", PARTNER) })];
  run.network.calls.failNext(new Refused("403"), { method: "managedClusters" });
  expect(await discoverClusters(run)).toMatchObject({
    found: [{ name: "three" }],
    unreadable: [{ subscription: SUBSCRIPTION, why: "403" }],
  });
});
