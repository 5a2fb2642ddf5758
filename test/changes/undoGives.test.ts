/** An undo gives an address, a port or a name only if no Service was admitted with it since. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { Refused } from "../../shared/core/errors.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { givenBy } from "../../shared/changes/given.ts";
import type { Change } from "../../shared/changes/plan.ts";
import { planUndo } from "../../shared/changes/undo.ts";
import { statusOf } from "../../shared/inventory/claimStatus.ts";
import { liveClaims } from "../../shared/inventory/obstacle.ts";
import { takeClaims } from "../../shared/inventory/takeClaims.ts";
import { addressPlace, plsNamePlace, type Place } from "../../shared/inventory/places.ts";
import type { AddressRow, Claim } from "../../shared/inventory/model.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { JsonObject } from "../../shared/ports/resources.ts";
import { ADA, deletion, OPTIONS, SYSTEM } from "../builders/undoing.ts";
import { balancerId, plsIdIn, PARTNER, subnetId, UID } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ADDRESS = "10.0.1.50";
const DEAD = baseName(UID);
const OTHER_UID = "99999999-0000-4000-8000-000000000000";
const FRONTEND = `${balancerId()}/frontendIPConfigurations/${DEAD}`;
const place = addressPlace(subnetId("apps"), ADDRESS);
const namePlace = plsNamePlace(SUBSCRIPTION, "MC_one", "pls");

const frontend = (name = DEAD, method = "Static") => ({
  name,
  properties: {
    privateIPAllocationMethod: method,
    privateIPAddress: ADDRESS,
    subnet: { id: subnetId("apps") },
  },
});
const rule = (port: number, name = DEAD, protocol = "Tcp") => ({
  name: `${name}-${protocol}-${port}`,
  properties: { protocol, frontendPort: port, frontendIPConfiguration: { id: FRONTEND } },
});
const balancer = (frontends: JsonObject[], rules: JsonObject[] = []): JsonObject => ({
  properties: {
    provisioningState: "Succeeded",
    frontendIPConfigurations: frontends,
    loadBalancingRules: rules,
  },
});
const pls = (method = "Static"): JsonObject => ({
  tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/web" },
  properties: {
    provisioningState: "Succeeded",
    visibility: { subscriptions: [PARTNER] },
    autoApproval: { subscriptions: [PARTNER] },
    loadBalancerFrontendIpConfigurations: [{ id: FRONTEND }],
    ipConfigurations: [frontend("nat", method)],
  },
});

let run: MemoryRun;
beforeEach(async () => {
  run = memoryRun();
  await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
});

const claim = (uid: string, some: Partial<Claim> = {}): Claim =>
  ({
    owner: { cluster: "two", namespace: "shop", name: "queue", uid },
    state: "confirmed",
    sequence: 1,
    sinceUtc: run.now().toISOString(),
    ...some,
  }) as Claim;

async function put({ partition, key, text }: Place, row: Omit<AddressRow, "address">): Promise<void> {
  await run.tables.addresses.transact(partition, [{ do: "put", key, value: { address: text, ...row } }]);
}

/** The journal id of what a sweep deleted, or removed from a load balancer. */
async function swept(id: string, body: JsonObject, edits?: Extract<Change, { action: "update" }>["edits"]) {
  run.resources.place(id, body);
  const { action: _, ...rest } = deletion(run, id);
  const change: Change = edits ? { ...rest, action: "update", edits } : { ...rest, action: "delete" };
  const [done] = await createApply(run.resources)(run, { changes: [change] }, SYSTEM, OPTIONS);
  expect(done).toMatchObject({ outcome: "applied" });
  return done?.journalId ?? "";
}

async function restored(journalId: string) {
  const { plan } = await planUndo(run, journalId);
  const [done] = await createApply(run.resources)(run, plan, ADA, OPTIONS);
  return done;
}

describe("a load balancer with a static address", () => {
  test("is created again, and its address is recorded before Azure has it", async () => {
    const id = await swept(balancerId(), balancer([frontend()]));
    expect(await restored(id)).toMatchObject({ outcome: "applied" });
    const row = await run.tables.addresses.get(place.partition, place.key);
    expect(row?.value).toMatchObject({ address: ADDRESS, assignment: { holderId: FRONTEND } });
  });

  test.each<[string, Partial<Claim>]>([
    ["has", {}],
    [
      "was admitted with and has not confirmed yet",
      { state: "proposed", expiresAtUtc: "2026-11-23T13:00:00.000Z" },
    ],
    ["shares on some ports", { ports: [{ protocol: "TCP", port: 80 }] }],
  ])("is not planned with an address that another Service %s", async (_, some) => {
    const id = await swept(balancerId(), balancer([frontend()]));
    await put(place, { claims: [claim(OTHER_UID, some)] });
    await expect(planUndo(run, id)).rejects.toThrow(
      `${ADDRESS} is declared by Service two/shop/queue: delete that Service or change its declaration first`,
    );
  });

  test("is not written with an address that another Service was admitted with after the plan", async () => {
    const { plan } = await planUndo(run, await swept(balancerId(), balancer([frontend()])));
    await put(place, { claims: [claim(OTHER_UID)] });
    const [done] = await createApply(run.resources)(run, plan, ADA, OPTIONS);
    expect(done).toMatchObject({ outcome: "refused", guard: "taken-since" });
    expect(run.resources.bodyOf(balancerId())).toBeUndefined();
  });

  test("is not planned with an address that another resource has", async () => {
    const id = await swept(balancerId(), balancer([frontend()]));
    const holderId = `${balancerId("MC_two")}/frontendIPConfigurations/other`;
    await put(place, { assignment: { holderId, seenAtUtc: run.now().toISOString() } });
    await expect(planUndo(run, id)).rejects.toThrow(`${ADDRESS} is in use by frontend other`);
  });

  test.each<[string, () => Partial<AddressRow>]>([
    ["its own Service declares", () => ({ claims: [claim(UID)] })],
    [
      "an expired request had",
      () => ({
        claims: [claim(OTHER_UID, { state: "proposed", expiresAtUtc: "2026-11-23T11:00:00.000Z" })],
      }),
    ],
    [
      "the last scan still assigns to it",
      () => ({ assignment: { holderId: FRONTEND, seenAtUtc: "2026-11-23T11:00:00.000Z" } }),
    ],
  ])("is created again with an address that %s", async (_, row) => {
    const id = await swept(balancerId(), balancer([frontend()]));
    await put(place, row());
    expect(await restored(id)).toMatchObject({ outcome: "applied" });
  });

  test("does not record a dynamic address, which Azure chooses", async () => {
    const id = await swept(balancerId(), balancer([frontend(DEAD, "Dynamic")]));
    await put(place, { claims: [claim(OTHER_UID)] });
    expect(await restored(id)).toMatchObject({ outcome: "applied" });
  });
});

describe("a frontend that a sweep removed", () => {
  const removal = [{ path: "properties.frontendIPConfigurations", remove: [DEAD] }];

  test("is not added with an address that another Service has", async () => {
    const id = await swept(balancerId(), balancer([frontend(), frontend("living", "Dynamic")]), removal);
    await put(place, { claims: [claim(OTHER_UID)] });
    await expect(planUndo(run, id)).rejects.toThrow(`${ADDRESS} is declared by Service two/shop/queue`);
  });
});

describe("a rule that a sweep removed from a living frontend", () => {
  const GONE = baseName("77777777-0000-4000-8000-000000000000");
  const removal = [{ path: "properties.loadBalancingRules", remove: [`${GONE}-Tcp-80`] }];
  const sweptRule = () =>
    swept(balancerId(), balancer([frontend()], [rule(80, GONE), rule(443, DEAD)]), removal);

  test.each<[string, Claim["ports"], boolean]>([
    ["the same port", [{ protocol: "TCP", port: 80 }], true],
    ["another port", [{ protocol: "TCP", port: 8080 }], false],
    ["the same port of another protocol", [{ protocol: "UDP", port: 80 }], false],
    ["all ports", [{ protocol: "All", port: 0 }], true],
    ["the address alone", undefined, true],
  ])("and another Service has %s: refused is %#", async (_, ports, isRefused) => {
    const id = await sweptRule();
    await put(place, {
      assignment: { holderId: FRONTEND, seenAtUtc: run.now().toISOString() },
      claims: [claim(UID, { ports: [{ protocol: "TCP", port: 443 }] }), claim(OTHER_UID, ports && { ports })],
    });
    if (isRefused) await expect(planUndo(run, id)).rejects.toThrow(`a port of ${ADDRESS} is declared by`);
    else expect(await restored(id)).toMatchObject({ outcome: "applied" });
  });
});

describe("ports that an undo gives", () => {
  const NEXT = { cluster: "one", namespace: "shop", name: "queue", uid: OTHER_UID };
  const GONE = baseName("77777777-0000-4000-8000-000000000000");

  /** What prevents a Service of the same cluster from sharing the frontend on this port. */
  async function obstacleOn(port: number) {
    const want = { ...place, ports: [{ protocol: "TCP", port }], mayShare: () => true };
    const expiresAtUtc = new Date(run.now().getTime() + 60_000).toISOString();
    const { taken } = await takeClaims(run, { owner: NEXT, expiresAtUtc, wants: [want] });
    return taken[0]?.obstacle.by;
  }

  test("with a load balancer are refused to others before the next scan", async () => {
    await restored(await swept(balancerId(), balancer([frontend()], [rule(80), rule(443)])));
    expect(await obstacleOn(443)).toBe("rule");
    expect(await obstacleOn(8080)).toBeUndefined();
  });

  test("to a living frontend are refused to others before the next scan", async () => {
    const removal = [{ path: "properties.loadBalancingRules", remove: [`${GONE}-Tcp-80`] }];
    const id = await swept(balancerId(), balancer([frontend()], [rule(80, GONE), rule(443)]), removal);
    const uses = [{ rule: `${DEAD}-Tcp-443`, protocol: "Tcp", port: 443 }];
    await put(place, { assignment: { holderId: FRONTEND, seenAtUtc: run.now().toISOString(), uses } });
    await restored(id);
    expect(await obstacleOn(80)).toBe("rule");
    expect(await obstacleOn(443)).toBe("rule");
    expect(await obstacleOn(8080)).toBeUndefined();
  });
});

describe("a Private Link Service", () => {
  test("is created again without access, which follows what the cluster confirms", async () => {
    const id = await swept(plsIdIn("pls"), pls());
    expect(await restored(id)).toMatchObject({ outcome: "applied" });
    const { properties } = run.resources.bodyOf(plsIdIn("pls")) as { properties: JsonObject };
    expect([properties["visibility"], properties["autoApproval"]]).toEqual([
      { subscriptions: [] },
      { subscriptions: [] },
    ]);
  });

  test("is not written with access on the word of an operator", async () => {
    const { plan } = await planUndo(run, await swept(plsIdIn("pls"), pls()));
    const changes = plan.changes.map((one) => ({ ...one, action: "create" as const, body: pls() }));
    const [done] = await createApply(run.resources)(run, { changes }, ADA, OPTIONS);
    expect(done).toMatchObject({ outcome: "refused", guard: "unproved" });
  });

  test("records its name, so that admission refuses it to others", async () => {
    await restored(await swept(plsIdIn("pls"), pls()));
    const row = await run.tables.privateLinkServices.get(SUBSCRIPTION, "mc_one/pls");
    expect(row?.value).toMatchObject({ name: "pls", owner: "shop/web", frontendIds: [FRONTEND] });
  });

  test.each<[string, { namespace: string; name: string }, boolean]>([
    ["another Service", { namespace: "shop", name: "queue" }, true],
    ["its own Service under a new uid", { namespace: "shop", name: "web" }, false],
  ])("claims its name for %s: refused is %#", async (_, service, isRefused) => {
    await restored(await swept(plsIdIn("pls"), pls()));
    const owner = { cluster: "one", uid: OTHER_UID, ...service };
    const want = { ...namePlace, mayShare: () => true };
    const expiresAtUtc = new Date(run.now().getTime() + 60_000).toISOString();
    const { taken } = await takeClaims(run, { owner, expiresAtUtc, wants: [want] });
    expect(taken).toHaveLength(isRefused ? 1 : 0);
  });

  test("is created by a second try, a moment after the first one failed", async () => {
    const id = await swept(plsIdIn("pls"), pls());
    run.resources.calls.failNext(new Refused("403"), { method: "create" });
    expect(await restored(id)).toMatchObject({ outcome: "refused" });
    expect(await restored(id)).toMatchObject({ outcome: "applied" });
  });

  test("keeps the proposal of the Service that it was created for", async () => {
    const owner = { cluster: "one", namespace: "shop", name: "web", uid: UID };
    const proposed = claim(UID, { owner, state: "proposed", expiresAtUtc: "2026-11-23T13:00:00.000Z" });
    await put(namePlace, { claims: [proposed] });
    await restored(await swept(plsIdIn("pls"), pls()));
    const row = await run.tables.addresses.get(namePlace.partition, namePlace.key);
    expect(row?.value.claims).toContainEqual(proposed);
  });

  test("keeps its name until Azure shows it, though its cluster is not registered any more", async () => {
    await restored(await swept(plsIdIn("pls"), pls()));
    const row = await run.tables.addresses.get(namePlace.partition, namePlace.key);
    const [own] = row?.value.claims ?? [];
    expect(await statusOf(run, own!, { place: namePlace, claimant: undefined })).toBe("living");
  });

  test("claims its name no longer than admission may not see it in Azure", async () => {
    await restored(await swept(plsIdIn("pls"), pls()));
    run.clock.advance(3600);
    const { claims = [] } = (await run.tables.addresses.get(namePlace.partition, namePlace.key))?.value ?? {};
    expect(liveClaims({ claims }, run.now().toISOString())).toEqual([]);
  });

  test("is not planned with a name, or an address, that others have since: all problems at once", async () => {
    const id = await swept(plsIdIn("pls"), pls());
    await put(place, { claims: [claim(OTHER_UID)] });
    await put(namePlace, { claims: [claim(OTHER_UID)] });
    await expect(planUndo(run, id)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^pls is declared by Service two/),
        expect.stringMatching(/^10\.0\.1\.50 is/),
      ],
    });
  });
});

test("a change that adds nothing gives nothing", () =>
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), (remove, path) => {
      const { action: _, ...rest } = deletion(run, balancerId());
      expect(givenBy({ ...rest, action: "delete" }, undefined)).toEqual([]);
      expect(givenBy({ ...rest, action: "update", edits: [{ path, remove }] }, undefined)).toEqual([]);
    }),
  ));
