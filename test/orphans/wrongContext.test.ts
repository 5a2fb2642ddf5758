/**
 * Two clusters whose tokens are in the context of each other: each registration is bound to the other cluster. What operators do about it
 * must not turn lists that prove nothing into proofs that living load balancers are orphans.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { contradictionsOf } from "../../shared/declarations/clusterContradictions.ts";
import {
  findCluster,
  forgetDeclared,
  listClusters,
  removeCluster,
} from "../../shared/declarations/registry.ts";
import { judgeClaim, readClaimantCluster } from "../../shared/inventory/claimStatus.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { confirmedClaim } from "../builders/claims.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { exchangeIdentities, rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import {
  balancer,
  balancerBody,
  balancerId,
  cluster,
  frontend,
  managedCluster,
  subnetId,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const HOUR = 3600;
const ITEM = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };
const UIDS = { one: "0000000a-0000-4000-8000-000000000000", two: "0000000b-0000-4000-8000-000000000000" };
const IDENTITIES = {
  one: "aaaaaaaa-0000-4000-8000-000000000001",
  two: "aaaaaaaa-0000-4000-8000-000000000002",
};
type Name = keyof typeof UIDS;
const other = (name: Name): Name => (name === "one" ? "two" : "one");

let run: MemoryRun;
let senders: Reporter[];

beforeEach(async () => {
  run = memoryRun();
  for (const name of ["one", "two"] as const) {
    const { identity: _none, ...value } = cluster({ name, nodeResourceGroup: `MC_${name}` });
    await run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
    run.network.clusters.push(managedCluster({ id: value.resourceId, nodeResourceGroup: `MC_${name}` }));
    const id = balancerId(`MC_${name}`);
    const built = balancer({
      id,
      frontends: [frontend({ name: baseName(UIDS[name]), address: `10.0.1.${name.length}` }, id)],
    });
    run.network.balancers.push(built);
    run.resources.place(id, balancerBody(built));
  }
  await applyPolicy(run, {
    modes: { sweep: "enforce" },
    sweepGraceSeconds: 6 * HOUR,
    maxDeletesPerRun: 1000,
    maxDeletesPerDay: 1000,
    maxDeletePercent: 100,
  });
  place("wrong");
  await lists();
});

/** Wrong: the sender in `two` has the token of `one`, and the other way round. */
function place(where: "right" | "wrong"): void {
  senders = (["one", "two"] as const).map((name) => {
    const at = where === "right" ? name : other(name);
    const reporter = new Reporter(run, name, IDENTITIES[at]);
    reporter.services = [{ ...internalService("web"), uid: UIDS[at] }];
    return reporter;
  });
  run.clock.advance(HOUR);
}

async function lists(): Promise<void> {
  for (const one of senders) await one.list().catch(() => undefined);
}

async function days(count: number): Promise<void> {
  for (let hour = 0; hour < count * 24; hour += 1) {
    run.clock.advance(HOUR / 2);
    for (let n = 0; n < 2; n += 1) {
      await lists();
      await sweepOrphans(run, createApply(run.resources), ITEM).catch(() => undefined);
    }
    run.clock.advance(HOUR / 2);
  }
}

const left = () => (["one", "two"] as const).filter((name) => run.resources.bodyOf(balancerId(`MC_${name}`)));

test("nothing happens without a confirmation of an operator", async () => {
  await days(2);
  expect(left()).toEqual(["one", "two"]);
});

const exchange = { other: "two", reason: "contexts were mixed up", who: "ada" };

test("an exchange before the tokens are where they belong is refused, and deletes nothing", async () => {
  await expect(exchangeIdentities(run, "one", exchange)).rejects.toThrow(
    "apply the manifests of each cluster in its own context first",
  );
  await days(2);
  expect(left()).toEqual(["one", "two"]);
});

test("with the tokens where they belong, the lists of both are accepted after an exchange", async () => {
  place("right");
  await lists();
  await exchangeIdentities(run, "one", exchange);
  await days(2);
  expect(run.tables.feeds.all().map(({ list, refused }) => [list?.services, refused])).toEqual([
    [1, undefined],
    [1, undefined],
  ]);
  expect(left()).toEqual(["one", "two"]);
});

test("an exchange that is made, and made again after the tokens were mixed up again, deletes nothing", async () => {
  for (const where of ["right", "wrong"] as const) {
    place(where);
    await lists();
    await exchangeIdentities(run, "one", exchange);
  }
  await days(2);
  expect(left()).toEqual(["one", "two"]);
});

test("a confirmation that is made in the wrong context, too, deletes nothing: the frontends are named for the other cluster's Services", async () => {
  await rebindCluster(run, "one", { uid: IDENTITIES.two, reason: "as doctor advises", who: "ada" });
  await days(2);
  expect(left()).toEqual(["one", "two"]);
});

describe("the token of two is in the context of one, which has no sender", () => {
  const CONFIRMED = { uid: IDENTITIES.one, reason: "the first list", who: "ada" };
  beforeEach(async () => {
    for (const name of ["one", "two"] as const) await forgetIdentity(name);
    const reporter = new Reporter(run, "two", IDENTITIES.one);
    reporter.services = [{ ...internalService("web"), uid: UIDS.one }];
    senders = [reporter];
    await lists();
    await rebindCluster(run, "two", CONFIRMED);
  });

  async function forgetIdentity(name: Name): Promise<void> {
    const { identity: _none, ...value } = (await findCluster(run, name))!;
    await run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
    await forgetDeclared(run, name);
  }

  test("nothing is deleted, although an operator confirmed the wrong identity", async () => {
    await days(2);
    expect(left()).toEqual(["one", "two"]);
  });

  test("a finding and doctor name both clusters, and the next step", async () => {
    await days(1);
    await runAudit(run, { who: "me", why: "test" });
    const found = run.tables.findings.all().filter(({ check }) => check === "cluster-contradicted");
    expect(found.map(({ about, message, advice }) => [about, message, advice])).toEqual(
      ["one", "two"].map((about) => [
        about,
        `frontend ${baseName(UIDS.one)} of cluster one is named for a Service in the list of cluster two: the list may be that of another cluster`,
        expect.stringContaining("mooring clusters rebind two"),
      ]),
    );
    const contradictions = contradictionsOf(await listClusters(run));
    expect([...contradictions.keys()].toSorted()).toEqual(["one", "two"]);
  });

  test("the contradiction ends when the cluster is bound again", async () => {
    await days(1);
    await rebindCluster(run, "two", { ...CONFIRMED, uid: IDENTITIES.two });
    expect(contradictionsOf(await listClusters(run)).size).toBe(0);
  });

  test("nothing is deleted after the other cluster is no longer registered, and a finding states why", async () => {
    await days(1);
    await removeCluster(run, "one");
    await days(3);
    expect(left()).toEqual(["one", "two"]);
    expect([...contradictionsOf(await listClusters(run)).keys()]).toEqual(["two"]);
  });

  test("its lists end no claims", async () => {
    await days(1);
    const claimant = (await readClaimantCluster(run, "two"))!;
    const place = addressPlace(subnetId("apps"), "10.0.1.9");
    const claim = confirmedClaim({ cluster: "two", sequence: 0 });
    expect(judgeClaim(claim, { place, claimant, confirmed: undefined, proposals: [] })).not.toBe("ended");
  });
});

test("a list with a Service of another cluster, which lists it as well, puts only its own cluster in doubt", async () => {
  place("right");
  await lists();
  await exchangeIdentities(run, "one", exchange);
  await days(1);
  expect(contradictionsOf(await listClusters(run)).size).toBe(0);
  senders[1]!.services = [...senders[1]!.services, { ...internalService("forged"), uid: UIDS.one }];
  await days(1);
  expect([...contradictionsOf(await listClusters(run)).keys()]).toEqual(["two"]);
});
