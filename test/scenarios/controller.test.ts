import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { isUnresolved } from "../../shared/findings/finding.ts";
import { listFindings } from "../../shared/findings/findingStore.ts";
import { verifyClaims } from "../../shared/audit/verifyClaims.ts";
import { Refused } from "../../shared/core/errors.ts";
import { admit } from "../../shared/admission/admit.ts";
import { AdmissionReview } from "../../shared/admission/review.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { listJournal } from "../../shared/changes/journalStore.ts";
import { pollPrivateLinkServices } from "../../shared/pls/poll.ts";
import { liveCluster, type LiveCluster } from "../builders/liveCluster.ts";
import { balancerBody, frontendBody, NET, VNET } from "../builders/arm.ts";
import { cluster as registered, PARTNER, UID } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const Scenario = z.strictObject({
  name: z.string(),
  declared: z.array(z.string()),
  steps: z.array(z.string()),
  expected: z.strictObject({ visibility: z.array(z.string()), journal: z.array(z.string()) }),
});
const scenarios = z
  .array(Scenario)
  .parse(parse(readFileSync(join(import.meta.dirname, "controller.yaml"), "utf8")));

const IDS: Record<string, string> = { a: SUBSCRIPTION, b: PARTNER };
const ids = (names: readonly string[]) => names.map((name) => IDS[name] ?? name);
const NODES = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`;
const PRIVATE_LINK_SERVICES = "/privateLinkServices/[^/]+$";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-controller-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const putAnswers = (status: number, code: string) => (live: LiveCluster) =>
  live.arm.faults.add({
    method: "PUT",
    path: PRIVATE_LINK_SERVICES,
    times: 1,
    action: { kind: "error", status, code },
  });

const STEPS: Record<string, (live: LiveCluster) => unknown> = {
  events: (live) => live.deliver(live.events.splice(0)),
  "events ten times shuffled": (live) => {
    const many = live.events.splice(0).flatMap((event) => Array.from({ length: 10 }, () => event));
    return live.deliver(
      fc.sample(fc.shuffledSubarray(many, { minLength: many.length }), { numRuns: 1, seed: 5 })[0] ?? [],
    );
  },
  "lose events": (live) => live.events.splice(0),
  poll: (live) => pollPrivateLinkServices(live.run),
  work: (live) => live.work(),
  controller: (live) => live.resync(),
  "put answers 429": putAnswers(429, "RetryableError"),
  "put answers 409": putAnswers(409, "AnotherOperationInProgress"),
  "put answers 412": putAnswers(412, "PreconditionFailed"),
  "lose the answer": (live) =>
    live.arm.faults.add({
      method: "PUT",
      path: PRIVATE_LINK_SERVICES,
      times: 1,
      action: { kind: "loseAnswer" },
    }),
  outage: (live) =>
    live.arm.faults.add({
      path: PRIVATE_LINK_SERVICES,
      action: { kind: "error", status: 400, code: "OutOfOrder" },
    }),
  "outage ends": (live) => live.arm.faults.clear(),
  slow: (live) =>
    live.arm.faults.add({ path: PRIVATE_LINK_SERVICES, action: { kind: "latency", milliseconds: 30 } }),
  lock: async (live) => {
    const id = `${(await live.plsOf("web")).id}/providers/Microsoft.Authorization/locks/keep`;
    await live.arm.send("PUT", `${id}?api-version=2020-05-01`, { properties: { level: "ReadOnly" } });
  },
};

async function take(live: LiveCluster, step: string): Promise<void> {
  const [, verb, list = ""] = /^(behind|declare) "(.*)"$/.exec(step) ?? [];
  const visibility = ids(list.split(" "));
  if (verb === "behind") return live.setBehindItsBack("web", { visibility });
  if (verb === "declare") return live.declare("web", { visibility });
  expect(STEPS, `step "${step}"`).toHaveProperty([step]);
  await STEPS[step]?.(live);
}

async function journalOf({ run }: LiveCluster): Promise<string[]> {
  return (await Array.fromAsync(listJournal(run))).map(({ entry }) => entry.outcome).toReversed();
}

describe("scenarios with the controller running", () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
    const live = await liveCluster(directory);
    await live.declare("web", { visibility: ids(scenario.declared) });
    live.events.length = 0;
    for (const step of scenario.steps) await take(live, step);
    const { visibility } = (await live.plsOf("web")).properties;
    await live.close();
    expect({ visibility: visibility.subscriptions, journal: await journalOf(live) }).toEqual({
      visibility: ids(scenario.expected.visibility),
      journal: scenario.expected.journal,
    });
  });
});

describe("a claim is verified on the real SDK, after a scan that is too old", () => {
  const IP = "10.0.1.50";
  const NIC = `${NET}/networkInterfaces/vm`;
  const nic = {
    location: "westeurope",
    properties: { ipConfigurations: [{ name: "ip", properties: frontendBody("ip", IP).properties }] },
  };

  /** Scanned, then admitted. */
  async function admitted(between: (live: LiveCluster) => Promise<unknown>): Promise<LiveCluster> {
    const live = await liveCluster(directory);
    const value = registered({ vnetId: VNET });
    await live.run.tables.clusters.transact("all", [{ do: "put", key: "one", value }]);
    await scanInventory(live.run);
    await between(live);
    expect((await admit(live.run, value, reviewOf(IP))).allowed).toBe(true);
    return live;
  }

  async function verify({ run }: LiveCluster) {
    const { item } = run.queue.sent.find((one) => one.item.what === "claim") ?? expect.fail();
    await verifyClaims(run, item.id);
    const found = (await listFindings(run)).filter(isUnresolved);
    return found.map(({ check, about, message }) => `${check} ${about}: ${message}`);
  }

  test("a network interface has the address: a finding, until the interface is deleted", async () => {
    const live = await admitted(({ arm }) => arm.put(NIC, nic));
    expect(await verify(live)).toEqual([
      "address-unavailable one/shop/web: Azure reports 10.0.1.50 in subnet apps as unavailable, no readable list contains the resource that uses it; free in this subnet: 10.0.1.4, 10.0.1.5, 10.0.1.6, 10.0.1.7, 10.0.1.8",
    ]);
    await live.arm.send("DELETE", NIC);
    await live.arm.idle();
    expect(await verify(live)).toEqual([]);
    await live.close();
  });

  test("the controller has created the frontend already: no finding", async () => {
    const live = await admitted(async () => undefined);
    const name = baseName(UID);
    const id = `${NODES}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`;
    await live.arm.put(id, balancerBody(frontendBody(name, IP)));
    expect(await verify(live)).toEqual([]);
    await live.close();
  });

  test("the app may not ask, or the network was deleted: the work fails, and there is no finding", async () => {
    const live = await admitted(({ arm }) => arm.put(NIC, nic));
    live.arm.faults.add({
      path: "checkIPAddressAvailability",
      action: { kind: "error", status: 403, code: "AuthorizationFailed" },
    });
    await expect(verify(live)).rejects.toThrow(Refused);
    live.arm.faults.clear();
    live.arm.world.drop(VNET);
    await expect(verify(live)).rejects.toThrow(Refused);
    expect(await listFindings(live.run)).toEqual([]);
    await live.close();
  });
});

function reviewOf(address: string): AdmissionReview {
  const annotations = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-ipv4": address,
  };
  return AdmissionReview.parse({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "review",
      kind: { group: "", version: "v1", kind: "Service" },
      namespace: "shop",
      name: "web",
      operation: "CREATE",
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop", uid: UID, annotations },
        spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] },
      },
      oldObject: null,
    },
  });
}

test("a thousand random changes of annotations leave no Private Link Service wrong and no war", async () => {
  const live = await liveCluster(directory);
  const names = ["web", "api", "db"];
  const lists = fc.record({
    visibility: fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER), { minLength: 1 }),
    autoApproval: fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER)),
  });
  const change = fc.record({
    name: fc.constantFrom(...names),
    lists,
    // Another writer writes now and then; events arrive late, or not at all.
    behind: fc.option(lists, { freq: 10 }),
    meanwhile: fc.constantFrom("nothing", "work", "events and work", "lose events"),
  });
  for (const name of names) await live.declare(name, { visibility: [SUBSCRIPTION] });
  const last = new Map<string, (typeof changes)[number]["lists"]>();
  let behind = 0;
  const changes = fc.sample(change, { numRuns: 1000, seed: 2026 });
  for (const one of changes) {
    last.set(one.name, one.lists);
    const working = one.meanwhile === "work" ? live.work() : undefined;
    await live.declare(one.name, one.lists);
    if (one.behind) {
      behind += 1;
      await live.setBehindItsBack(one.name, one.behind);
    }
    const events = live.events.splice(0);
    if (one.meanwhile === "events and work") await live.deliver(events).then(() => live.work());
    await working;
  }
  live.run.clock.advance(3600);
  for (let round = 0; round < 3; round += 1) {
    await live.resync();
    await pollPrivateLinkServices(live.run);
    await live.work();
  }
  for (const [name, { visibility, autoApproval }] of last) {
    const { properties } = await live.plsOf(name);
    expect([
      properties.visibility.subscriptions.toSorted(),
      (properties.autoApproval?.subscriptions ?? []).toSorted(),
    ]).toEqual([visibility.toSorted(), autoApproval.toSorted()]);
  }
  // Mooring only repairs writes of other writers; changes of the controller need no repair.
  const written = (await journalOf(live)).filter((outcome) => outcome === "applied").length;
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThanOrEqual(behind);
  live.events.length = 0;
  await live.resync();
  expect(await pollPrivateLinkServices(live.run)).toBe(0);
  expect(live.events).toEqual([]);
  await live.close();
}, 180_000);
