/** Orphans as a person meets them, on the sandbox: a Service that was lost, explained, held, swept and restored. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { planDue } from "../../shared/orphans/sweep.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { markCurrent } from "../builders/current.ts";
import { BALANCER, armWithPls, GROUP, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { cluster } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const INTERNAL = BALANCER.replace(/lb$/, "kubernetes-internal");

let directory: string;
let arm: TestArm;
let served: ServedArm;
let env: Record<string, string>;
let ports: Ports;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-cli-orphans-"));
});
afterEach(() => served.close());
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The managed cluster was deleted; its internal load balancer, written half a day ago, still exists. */
beforeEach(async () => {
  let clock = Date.now() - 12 * 3_600_000;
  arm = await armWithPls({ now: () => new Date(clock) });
  const subnet = {
    id: `${BALANCER.split("/providers/")[0]}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps`,
  };
  const name = `a${"0".repeat(31)}`;
  const frontend = { name, properties: { subnet, privateIPAllocationMethod: "Dynamic" } };
  await arm.put(INTERNAL, {
    location: "westeurope",
    sku: { name: "Standard" },
    properties: { frontendIPConfigurations: [frontend] },
  });
  clock = Date.now();
  served = await serveArm(arm, directory);
  env = {
    ...served.env,
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `o${randomBytes(6).toString("hex")}`,
    MOORING_OPERATOR: "ada",
  };
  ({ ports } = createPorts(parseSettings(env)));
  await markCurrent(ports.tables);
  await ports.tables.clusters.transact("all", [
    {
      do: "put",
      key: "one",
      value: cluster({
        nodeResourceGroup: "rg",
        resourceId: `${GROUP}/providers/Microsoft.ContainerService/managedClusters/one`,
      }),
    },
  ]);
  await applyPolicy(
    { ...memoryRun(), ports, now: () => new Date() },
    { sweepGraceSeconds: 0, maxDeletePercent: 100 },
  );
});

const mooring = (...args: string[]) => runCli(args, { env });
const quarantine = () => planDue({ ...memoryRun(), ports, now: () => new Date() });
const isThere = async () => (await arm.send("GET", INTERNAL)).status === 200;

/** Not even a policy of 0 seconds shortens it to less than a silent cluster takes to be noticed: the quarantine began hours ago. */
async function passGracePeriod(): Promise<void> {
  const { quarantine } = ports.tables;
  const quarantinedAtUtc = new Date(Date.now() - 2 * 3_600_000).toISOString();
  for await (const { key, value } of quarantine.list("all"))
    await quarantine.transact("all", [{ do: "put", key, value: { ...value, quarantinedAtUtc } }]);
}

test("explained, swept on the second look, and restored", async () => {
  const explained = await mooring("orphans", "explain", "kubernetes-internal");
  expect(explained.out.split("\n")).toEqual([
    `loadBalancer ${INTERNAL}`,
    "Proved orphan.",
    expect.stringMatching(/^ {2}evidence for: {5}managed cluster one does not exist \(Azure, 20/),
    expect.stringMatching(
      /^ {2}evidence for: {5}no managed cluster has node resource group rg, .* \(Azure, 20/,
    ),
    expect.stringMatching(/^ {2}evidence for: {5}nothing in Azure uses it \(Azure, 20/),
    "Not in quarantine.",
    "Observe mode: nothing is deleted automatically.",
    "",
  ]);
  expect((await mooring("orphans", "sweep", "--yes")).out).toBe("No changes.\n");
  expect((await mooring("orphans", "list")).out).toBe("Nothing found.\n");
  expect((await mooring("orphans", "list", "--all")).out).toMatch(
    /loadBalancer +kubernetes-internal +one +- /,
  );
  await quarantine();
  expect((await mooring("orphans", "list")).out).toMatch(/loadBalancer +kubernetes-internal +one /);
  await passGracePeriod();
  expect((await mooring("orphans", "sweep")).err).toContain("use --yes");
  const swept = await mooring("orphans", "sweep", "--yes");
  expect([swept.code, swept.out]).toEqual([0, expect.stringContaining(`applied ${INTERNAL}`)]);
  expect(await isThere()).toBe(false);
  expect((await mooring("orphans", "list")).out).toBe("Nothing found.\n");
  const restored = await mooring("orphans", "restore", "kubernetes-internal", "--yes");
  expect([restored.code, restored.out]).toEqual([
    0,
    expect.stringContaining("! Its backend pools are restored empty"),
  ]);
  expect(await isThere()).toBe(true);
});

test("a date that the cluster's next list may move is shown as the earliest", async () => {
  await quarantine();
  const [row] = await Array.fromAsync(ports.tables.quarantine.list("all"));
  const { key, value } = row!;
  const evidence = [{ says: "no Service of cluster one uses it", source: "Kubernetes", atUtc: "" }] as const;
  const write = (some: object) =>
    ports.tables.quarantine.transact("all", [{ do: "put", key, value: { ...value, evidence, ...some } }]);
  await write({});
  expect((await mooring("orphans", "list")).out).toContain(`${value.deleteAfterUtc} or later`);
  await write({ isConfirmed: true });
  expect((await mooring("orphans", "list")).out).not.toContain("or later");
});

test("a sweep that cannot read a subscription names it, and is no success", async () => {
  const other = "99999999-9999-4999-8999-999999999999";
  env = { ...env, MOORING_SUBSCRIPTIONS: `${SUBSCRIPTION},${other}` };
  const swept = await mooring("orphans", "sweep", "--yes");
  expect([swept.code, swept.out]).toEqual([
    1,
    expect.stringMatching(new RegExp(`^! subscription ${other} was skipped: .+\\nNo changes\\.\\n$`)),
  ]);
  const asData = await mooring("-o", "json", "orphans", "sweep", "--yes");
  expect([asData.code, JSON.parse(asData.out)]).toEqual([
    1,
    { applied: [], awaited: [], unreadable: [other] },
  ]);
  expect(asData.err).toContain(`subscription ${other} was skipped: `);
  expect((await mooring("orphans", "list")).err).toContain(
    `mooring: subscription ${other} could not be read: its orphans are missing\n`,
  );
});

test("a sweep deletes only while no other sweep does", async () => {
  await quarantine();
  await passGracePeriod();
  const other = randomUUID();
  await ports.leases.acquire("sweep", other);
  const refused = await mooring("orphans", "sweep", "--yes");
  await ports.leases.release("sweep", other);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("sweep is being worked on")]);
  expect(await isThere()).toBe(true);
});

test("a held resource is not deleted and shows who holds it; released, it is a candidate again", async () => {
  await quarantine();
  expect((await mooring("orphans", "hold", "kubernetes-internal", "--reason", "migration")).code).toBe(0);
  expect((await mooring("orphans", "list")).out).toMatch(/kubernetes-internal +one +held by ada \(direct\) /);
  expect((await mooring("orphans", "sweep", "--yes")).out).toBe("No changes.\n");
  expect((await mooring("orphans", "explain", "kubernetes-internal")).out).toContain(
    "  evidence against: ada (direct) holds it: migration\n",
  );
  expect((await mooring("orphans", "release", "kubernetes-internal")).out).toMatch(/^Released: /);
  expect((await mooring("orphans", "explain", "kubernetes-internal")).out).toContain("Proved orphan.");
  expect(await isThere()).toBe(true);
});

test("a resource in use is held in advance by its id, and one that Azure does not have is refused", async () => {
  expect(await mooring("orphans", "hold", BALANCER, "--reason", "audit")).toMatchObject({
    code: 0,
    out: `Held: ${BALANCER} is not deleted until \`mooring orphans release\`.\n`,
  });
  expect((await mooring("orphans", "holds")).out).toMatch(/^lb +ada \(direct\) +\S+Z +audit/m);
  expect(await mooring("orphans", "hold", "nothing", "--reason", "audit")).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      "nothing is not a load balancer, frontend, rule, probe, Private Link Service",
    ),
  });
  expect(await mooring("orphans", "hold", "fe", "--reason", "audit")).toMatchObject({ code: 0 });
});

test("held, and gone or alive since: it is seen among the holds, and can be released", async () => {
  await mooring("orphans", "hold", "kubernetes-internal", "--reason", "migration");
  await arm.send("DELETE", INTERNAL);
  expect((await mooring("orphans", "explain", "kubernetes-internal")).code).toBe(2);
  expect((await mooring("orphans", "holds")).out).toMatch(
    /kubernetes-internal +ada \(direct\) +\S+Z +migration/,
  );
  expect((await mooring("orphans", "release", "KUBERNETES-internal")).out).toMatch(/^Released: /);
  expect((await mooring("orphans", "holds")).out).toBe("Nothing found.\n");
  expect((await mooring("orphans", "release", "kubernetes-internal")).code).toBe(2);
});

test("a resource that is not a candidate is reported as such", async () => {
  const { code, err } = await mooring("orphans", "explain", "lb");
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/^mooring: lb is not an orphan candidate: a living Service uses it/),
  ]);
});
