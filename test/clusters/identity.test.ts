/** A rebuilt cluster is confirmed by an operator; what the cluster before it declared counts for nothing from then on. */
import { beforeEach, describe, expect, test } from "vitest";
import { exchangeIdentities, rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { findCluster, removeCluster } from "../../shared/declarations/registry.ts";
import { Conflict, InvalidInput } from "../../shared/core/errors.ts";
import { cluster, feed, identity, NOW, UID } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const OLD = "11111111-2222-4333-8444-555555555555";
const rebinding = { uid: UID, reason: "rebuilt from backup", who: "ada" };

let run: MemoryRun;
const put = (some: Parameters<typeof cluster>[0]) => {
  const value = cluster(some);
  return run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);
};
beforeEach(async () => {
  run = memoryRun();
  await put({ identity: identity(OLD) });
});

test("an operator confirms an identity that nothing in Azure corroborates", async () => {
  await put({ identity: { uid: OLD, boundAtUtc: NOW } });
  await rebindCluster(run, "one", { ...rebinding, uid: OLD });
  expect((await findCluster(run, "one"))?.identity?.corroboration?.by).toBe("operator");
});

test("the registration has the new identity, and who confirmed it and why", async () => {
  run.clock.advance(60);
  await rebindCluster(run, "one", rebinding);
  const atUtc = run.clock.nowUtc;
  expect((await findCluster(run, "one"))?.identity).toEqual({
    uid: UID,
    boundAtUtc: atUtc,
    corroboration: { by: "operator", detail: "ada: rebuilt from backup", atUtc },
  });
});

test("no identity is changed and no cluster removed while a report is received, which is judged by the earlier one", async () => {
  await run.leases.acquire("report of one", "a host");
  const message = "cluster one is sending a report at this moment: try again";
  await expect(rebindCluster(run, "one", rebinding)).rejects.toThrow(message);
  await put({ name: "two", identity: identity("22222222-2222-4333-8444-555555555555") });
  const exchange = { other: "one", reason: "wrong contexts", who: "ada" };
  await expect(exchangeIdentities(run, "two", exchange)).rejects.toThrow(message);
  await expect(removeCluster(run, "one")).rejects.toThrow(message);
  expect((await findCluster(run, "one"))?.identity?.uid).toBe(OLD);
  await run.leases.release("report of one", "a host");
  await rebindCluster(run, "one", rebinding);
  expect((await findCluster(run, "one"))?.identity?.uid).toBe(UID);
});

test.each<[string, object, string]>([
  ["an identity that is no uid", { uid: "one" }, "uid: not a valid uid"],
  ["no reason", { reason: " " }, "reason: required"],
])("%s is refused", async (_, some, problem) => {
  const error = await rebindCluster(run, "one", { ...rebinding, ...some }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  expect((error as InvalidInput).problems).toEqual([problem]);
  expect((await findCluster(run, "one"))?.identity?.uid).toBe(OLD);
});

describe("refused, too", () => {
  test("the identity of another cluster", async () => {
    await put({ name: "two", identity: { uid: UID, boundAtUtc: NOW } });
    await expect(rebindCluster(run, "one", rebinding)).rejects.toThrow(
      `identity ${UID} belongs to cluster two; if the first list of each was sent with the token of the other, run \`mooring clusters rebind one --exchange two\``,
    );
  });

  test("a cluster that its first list has not bound yet, and one that is not registered", async () => {
    const { identity: _none, ...unbound } = cluster({ name: "new" });
    await run.tables.clusters.transact("all", [{ do: "put", key: "new", value: unbound }]);
    await expect(rebindCluster(run, "new", rebinding)).rejects.toThrow("its first complete list sets it");
    await expect(rebindCluster(run, "none", rebinding)).rejects.toThrow(
      "there is no registered cluster none",
    );
  });
});

test("a registration that changes meanwhile is not overwritten", async () => {
  const transact = run.tables.clusters.transact.bind(run.tables.clusters);
  run.tables.clusters.transact = async (partition, writes) => {
    run.tables.clusters.transact = transact;
    await put({ defaultSubnet: "pls", identity: { uid: OLD, boundAtUtc: NOW } });
    return run.tables.clusters.transact(partition, writes);
  };
  await expect(rebindCluster(run, "one", rebinding)).rejects.toThrow(Conflict);
  expect(await findCluster(run, "one")).toMatchObject({ defaultSubnet: "pls", identity: { uid: OLD } });
});

test("what the cluster declared before is forgotten, also what arrives until the new identity is stored", async () => {
  const declare = () => run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  await declare();
  const transact = run.tables.clusters.transact.bind(run.tables.clusters);
  run.tables.clusters.transact = async (partition, writes) => {
    await declare();
    return transact(partition, writes);
  };
  await rebindCluster(run, "one", rebinding);
  // Numbers only grow: what was read from Azure before is older than what the new cluster confirms.
  expect(run.tables.feeds.all()).toEqual([{ cluster: "one", sequence: feed().sequence }]);
});

describe("two clusters that were bound to the identity of each other", () => {
  const exchange = { other: "two", reason: "contexts were mixed up", who: "ada" };
  const uidOf = async (name: string) => (await findCluster(run, name))?.identity?.uid;
  const refused = { identity: UID, holder: "two", atUtc: NOW, count: 1 };
  const ofOne = { ...refused, identity: OLD, holder: "one" };
  const report = (name: string, some: object = {}) =>
    run.tables.feeds.transact("all", [
      { do: "put", key: name, value: { ...feed({ cluster: name }), ...some } },
    ]);
  beforeEach(async () => {
    await put({ name: "two", resourceId: "two", identity: { uid: UID, boundAtUtc: NOW } });
    await report("one", { refused });
    await report("two", { refused: ofOne });
  });

  test("get their own, and what each declared with the token of the other is forgotten", async () => {
    expect(await exchangeIdentities(run, "one", exchange)).toEqual([
      { name: "one", identity: expect.objectContaining({ uid: UID }) },
      { name: "two", identity: expect.objectContaining({ uid: OLD }) },
    ]);
    expect([await uidOf("one"), await uidOf("two")]).toEqual([UID, OLD]);
    expect(run.tables.feeds.all()).toEqual(
      ["one", "two"].map((name) => ({ cluster: name, sequence: feed().sequence })),
    );
    // An exchange is no evidence of whose lists they are.
    expect((await findCluster(run, "two"))?.identity?.corroboration).toBeUndefined();
  });

  test.each<[string, () => Promise<unknown>]>([
    ["has refused no list of the second one", () => report("one")],
    ["has refused no list of the first one", () => report("two")],
    [
      "has refused a list of a third cluster",
      () => report("one", { refused: { ...refused, holder: "three" } }),
    ],
    [
      "has refused a list of a cluster that is not registered",
      () => report("one", { refused: { ...refused, holder: undefined } }),
    ],
    [
      "has accepted a newer list since",
      () => report("one", { refused, list: { ...feed().list, atUtc: run.clock.nowUtc } }),
    ],
  ])("keep theirs if Mooring %s", async (_, change) => {
    await change();
    await expect(exchangeIdentities(run, "one", exchange)).rejects.toThrow(
      "Mooring does not refuse the lists of both one and two",
    );
    expect([await uidOf("one"), await uidOf("two")]).toEqual([OLD, UID]);
  });

  test("are not exchanged back: what was refused is forgotten with the exchange", async () => {
    await exchangeIdentities(run, "one", exchange);
    await expect(exchangeIdentities(run, "one", exchange)).rejects.toThrow("does not refuse the lists");
    expect([await uidOf("one"), await uidOf("two")]).toEqual([UID, OLD]);
  });

  test("keep theirs if one of them changes meanwhile", async () => {
    const transact = run.tables.clusters.transact.bind(run.tables.clusters);
    run.tables.clusters.transact = async (partition, writes) => {
      run.tables.clusters.transact = transact;
      await put({
        name: "two",
        resourceId: "two",
        defaultSubnet: "pls",
        identity: { uid: UID, boundAtUtc: NOW },
      });
      return run.tables.clusters.transact(partition, writes);
    };
    await expect(exchangeIdentities(run, "one", exchange)).rejects.toThrow(Conflict);
    expect([await uidOf("one"), await uidOf("two")]).toEqual([OLD, UID]);
  });

  test.each<[string, object, string]>([
    ["a cluster with itself", { other: "one" }, "between two different clusters"],
    ["a cluster that is not registered", { other: "none" }, "there is no registered cluster none"],
    ["no reason", { reason: "" }, "reason: required"],
    ["a cluster that is not bound", { other: "new" }, "cluster new has no identity yet"],
  ])("are not exchanged: %s", async (_, some, problem) => {
    const { identity: _none, ...unbound } = cluster({ name: "new", resourceId: "new" });
    await run.tables.clusters.transact("all", [{ do: "put", key: "new", value: unbound }]);
    await expect(exchangeIdentities(run, "one", { ...exchange, ...some })).rejects.toThrow(problem);
    expect([await uidOf("one"), await uidOf("two")]).toEqual([OLD, UID]);
  });
});
