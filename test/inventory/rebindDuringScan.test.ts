/** A scan on one host, an operator's `clusters rebind` on another: no claim of a living Service ends. */
import { expect, test } from "vitest";
import { rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { ClaimWorld } from "../builders/claimWorld.ts";

const IP = "10.0.1.50";
const UID = "aaaaaaaa-1111-4111-8111-111111111111";

async function rebinding(duringScan: boolean) {
  const world = await new ClaimWorld().start();
  const { clusters, declarations } = world.run.tables;
  const row = (await clusters.get("all", "one"))!;
  const identity = { ...row.value.identity!, uid: UID };
  await clusters.transact("all", [{ do: "put", key: "one", value: { ...row.value, identity } }]);
  world.reporters.get("one")!.identity = UID;
  // The Service lives, and its load balancer is not built yet.
  world.living.set("one/web", { cluster: "one", name: "web", uid: world.newUid(), address: IP });
  for (let n = 0; n < 3; n += 1) {
    await world.list("one");
    await world.scan();
  }
  expect(await world.claimants(IP)).toEqual(["one/web"]);
  const rebind = () =>
    rebindCluster(world.run, "one", { uid: UID, reason: "restored from a backup", who: "ann" });
  const get = declarations.get.bind(declarations);
  let first = true;
  if (duringScan)
    declarations.get = async (...args) => {
      if (first) {
        first = false;
        await rebind();
      }
      return get(...args);
    };
  else await rebind();
  await world.scan();
  return world;
}

test.each([false, true])("rebind during the scan: %s", async (duringScan) => {
  const world = await rebinding(duringScan);
  const other = await world.create("two/web", { address: IP });
  expect([await world.claimants(IP), other.allowed]).toEqual([["one/web"], false]);
});
