import { recordRefusal } from "../../shared/admission/refusalStore.ts";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { keyOf } from "../../api/key.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { operations } from "../../api/operations.ts";
import { checkScope } from "../../shared/audit/checkScope.ts";
import { FINDINGS, findingKey } from "../../shared/findings/findingStore.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { apiOver, apiWorld, FINDING, type Ask } from "../builders/api.ts";
import { balancerId, plsIdIn, subnetId } from "../builders/world.ts";
import { SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let ask: Ask;

beforeEach(async () => {
  run = await apiWorld();
  ask = apiOver(run);
});

const PLS = keyOf(plsIdIn("pls"));
const manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer}\n";

/** By name: the request, and the request that applies its plan. */
const ASKED: Record<string, [what: string | ((run: MemoryRun) => Promise<string>), body?: unknown]> = {
  getMe: ["GET /me"],
  getOverview: ["GET /overview"],
  listClusters: ["GET /clusters"],
  listChecks: ["GET /checks"],
  examineInstallation: ["GET /doctor"],
  listFindings: ["GET /findings"],
  getFinding: [`GET /findings/${FINDING.id}`],
  acknowledgeFinding: [
    `PUT /findings/${FINDING.id}/acknowledgement`,
    { reason: "expected", untilUtc: "2026-12-01T00:00:00.000Z" },
  ],
  withdrawAcknowledgement: [`DELETE /findings/${FINDING.id}/acknowledgement`],
  fixFinding: [`POST /findings/${FINDING.id}/fix`],
  getTrend: ["GET /trend"],
  listAudits: [async () => (await audited(), "GET /audits")],
  startAudit: ["POST /audits", {}],
  getAudit: [async () => `GET /audits/${await audited()}`],
  cancelAudit: [async () => `POST /audits/${await audited()}/cancel`],
  getAuditReport: [async () => `GET /audits/${await audited()}/report?format=json`],
  compareAudits: [async () => `GET /audits/${await audited()}/diff/${await audited()}`],
  listSubnets: ["GET /subnets"],
  getSubnet: [`GET /subnets/${keyOf(subnetId("apps"))}`],
  getAddresses: [`GET /subnets/${keyOf(subnetId("apps"))}/addresses`],
  listAddressUses: ["GET /ip"],
  nextFreeAddresses: ["GET /ip/next?subnet=apps&count=3"],
  lookUpAddress: ["GET /ip/10.0.1.10"],
  releaseClaims: ["POST /ip/release", { place: "10.0.1.20", reason: "the cluster is lost" }],
  search: ["GET /search?q=web"],
  listPrivateLinkServices: ["GET /pls"],
  getPls: [`GET /pls/${PLS}`],
  reconcilePls: [`POST /pls/${PLS}/reconcile`],
  listConnections: ["GET /connections"],
  decideConnection: [
    `POST /connections/${keyOf(`${plsIdIn("pls")}/privateEndpointConnections/pe.3`)}/decision`,
    { status: "Approved", reason: "a partner" },
  ],
  listOrphans: ["GET /orphans"],
  getOrphan: [`GET /orphans/${keyOf(balancerId("MC_old"))}`],
  listHolds: [async () => (await held(), "GET /holds")],
  holdResource: [`PUT /holds/${keyOf(balancerId("MC_old"))}`, { reason: "wait" }],
  releaseHold: [async () => (await held(), `DELETE /holds/${keyOf(balancerId("MC_old"))}`)],
  sweepOrphans: ["POST /orphans/sweep"],
  restoreOrphan: ["POST /orphans/restore", { journalId: "id-0000" }],
  listJournal: [async () => (await reconciled(), "GET /journal")],
  getJournalEntry: [async () => `GET /journal/${await reconciled()}`],
  undoJournalEntry: [async () => `POST /journal/${await widened()}/undo`],
  getPolicy: ["GET /policy"],
  listPolicyVersions: [async () => (await applied(), "GET /policy/versions")],
  getPolicyVersion: [async () => `GET /policy/versions/${await applied()}`],
  changePolicy: ["PUT /policy", { document: { maxDeletesPerRun: 1 }, reason: "test", replaces: "default" }],
  rollBackPolicy: ["POST /policy/rollback", { version: "default", reason: "test", replaces: "default" }],
  changeAdmissionMode: [
    "PUT /policy/admission-mode",
    { mode: "warn", namespaces: ["lab"], reason: "test", replaces: "default" },
  ],
  listRefusals: [async () => (await refused(), "GET /refusals")],
  listQueues: ["GET /queues"],
  listPoison: [async () => (failed(), "GET /queues/pls/poison")],
  replayPoison: [async () => (failed(), "POST /queues/pls/poison/replay"), { ids: ["work"] }],
  dropPoison: [async () => (failed(), "POST /queues/pls/poison/drop"), { all: true }],
  stopWriting: ["POST /stop", { reason: "a storm" }],
  resumeWriting: ["POST /resume", {}],
  checkServices: [
    "POST /check/services",
    { cluster: "one", manifests: [{ service: { metadata: { name: "a" }, spec: { type: "LoadBalancer" } } }] },
  ],
  checkService: ["POST /check", { cluster: "one", manifest }],
  getOpenApi: ["GET /openapi.json"],
};
/** Nothing was deleted, so there is nothing to restore. */
const REFUSED = new Set(["restoreOrphan"]);

async function audited(): Promise<string> {
  return (await startAudit(run, { who: "ada", why: "test" })).id;
}

async function held(): Promise<void> {
  await ask(`PUT /holds/${keyOf(balancerId("MC_old"))}`, { body: { reason: "wait" } });
}

/** One is a work item, the other is none. */
function failed(): void {
  const item = { what: "pls", id: "/x", why: "test", seenAtUtc: run.clock.nowUtc, correlationId: "c" };
  run.queue.fail("pls", JSON.stringify(item), "work-1");
  run.queue.fail("pls", "nonsense", "other-2");
}

async function refused(): Promise<void> {
  const request = { cluster: "one", namespace: "shop", name: "web", operation: "CREATE" };
  await recordRefusal(run, {
    ...request,
    mode: "warn",
    reasons: [{ rule: "address-claimed", message: "taken" }],
  });
}

async function applied(): Promise<string> {
  const author = { who: "ada", reason: "test" };
  return (await applyPolicy(run, { maxDeletesPerRun: 1 }, author)).version;
}

async function reconciled(): Promise<string> {
  const path = `POST /pls/${PLS}/reconcile`;
  const { etag } = (await ask(`${path}?dryRun=true`)).body.plan;
  return (await ask(path, { ifMatch: etag })).body.applied[0].journalId;
}

/** A journal entry that gave access: an undo takes it away again. */
async function widened(): Promise<string> {
  const id = await reconciled();
  const row = (await Array.fromAsync(run.tables.journal.list("all"))).find(({ value }) => value.id === id);
  if (row?.value.change.action !== "update") throw new Error("no entry");
  const edits = [{ path: "properties.visibility.subscriptions", before: [], after: [SUBSCRIPTION] }];
  const value = { ...row.value, change: { ...row.value.change, edits } };
  await run.tables.journal.transact("all", [{ do: "put", key: row.key, value }]);
  return id;
}

test("every operation is called here", () =>
  expect(Object.keys(ASKED).sort()).toEqual(operations.map(({ name }) => name).sort()));

describe("every operation answers according to its schema, without other fields", () => {
  test.each(operations.map((one) => [one.name, one] as const))("%s", async (name, operation) => {
    const [asked, body] = ASKED[name] ?? [""];
    const what = typeof asked === "string" ? asked : await asked(run);
    const {
      status,
      body: answer,
      headers,
      text,
    } = await ask(what, { body, ifMatch: await etagFor(what, body) });
    if (REFUSED.has(name)) return expect([404, 409]).toContain(status);
    expect([status, text.slice(0, 300)]).toEqual([operation.status ?? 200, text.slice(0, 300)]);
    if (operation.types) expect(operation.types).toContain(headers["content-type"]?.split(";")[0]);
    expect(headers["etag"]).toMatch(/^"[\w-]{27}"$/);
    if (operation.response) expect(operation.response.parse(answer)).toEqual(answer);
    return undefined;
  });

  /** What the caller was shown before. */
  async function etagFor(what: string, body: unknown): Promise<string> {
    if (what.includes("/acknowledgement")) return (await ask(`GET /findings/${FINDING.id}`)).body.etag;
    if (!/fix|reconcile|decision|sweep|undo/.test(what)) return '"none"';
    return (await ask(`${what}?dryRun=true`, { body })).body?.plan?.etag ?? '"none"';
  }
});

test("a schema that is not met is seen", () => {
  const Strict = z.object({ a: z.string() });
  expect(Strict.parse({ a: "", b: 1 })).not.toEqual({ a: "", b: 1 });
});

test("failed messages are shown first, then retried or dropped by the signed-in user", async () => {
  failed();
  const all = { body: { all: true } };
  const dryRun = "POST /queues/pls/poison/replay?dryRun=true";
  expect((await ask(dryRun, { ...all, as: "reader" })).status).toBe(403);
  const { body: shown } = await ask(dryRun, all);
  expect([shown.chosen.map(({ id }: { id: string }) => id), shown.done]).toEqual([["work-1", "other-2"], []]);
  expect(run.queue.sent).toEqual([]);
  expect((await ask("POST /queues/pls/poison/replay", { ...all, as: "reader" })).status).toBe(403);
  expect((await ask("POST /queues/pls/poison/replay", all)).body.done).toEqual(["work-1"]);
  expect(run.queue.sent.map(({ item }) => item.why)).toEqual(["replayed by ada@example.com; test"]);
  const { status, body } = await ask("POST /queues/pls/poison/drop", { body: { ids: ["work", "other"] } });
  expect([status, body.problems]).toEqual([
    400,
    [expect.stringContaining("work: not found in the poison queue")],
  ]);
  expect((await ask("POST /queues/pls/poison/drop", { body: { ids: ["other"] } })).body.done).toEqual([
    "other-2",
  ]);
  expect((await ask("GET /queues/pls/poison")).body).toEqual({ items: [] });
  expect((await ask("GET /queues/nowhere/poison")).status).toBe(400);
});

test("the overview counts the required actions of the current state", async () => {
  const { body } = await ask("GET /overview");
  expect(body.needs).toEqual({
    connections: 2,
    quarantined: 1,
    dueSoon: 0,
    findings: { error: 1, warning: 5, info: 0 },
    acknowledged: 0,
  });
  expect(body.clusters.map(({ name, state }: any) => `${name} ${state}`)).toEqual([
    "old never reported",
    "one ok",
  ]);
  expect(body.mooring).toEqual({
    modes: {
      admission: "enforce",
      privateLinkServices: "enforce",
      connections: "enforce",
      rejections: "observe",
      sweep: "observe",
    },
    scannedAtUtc: "2026-11-23T12:00:00.000Z",
    subscriptions: 1,
    problems: [],
  });
});

test("a cluster that the last audit found deleted is deleted, whatever it reported before", async () => {
  const value = { ...FINDING, check: "cluster-deleted", id: "c0ffeec0ffee", about: "one", cluster: "one" };
  await run.tables.findings.transact(FINDINGS, [{ do: "put", key: findingKey(value), value }]);
  const states = async () =>
    Object.fromEntries((await ask("GET /clusters")).body.items.map(({ name, state }: any) => [name, state]));
  expect(await states()).toEqual({ old: "never reported", one: "deleted" });
  const resolved = { ...value, resolvedAtUtc: run.clock.nowUtc };
  await run.tables.findings.transact(FINDINGS, [{ do: "put", key: findingKey(value), value: resolved }]);
  expect(await states()).toEqual({ old: "never reported", one: "ok" });
});

test("the overview does without Azure where Azure does not answer", async () => {
  run.network.calls.failNext(new Error("no route"), { times: 10 });
  const { status, body } = await ask("GET /overview");
  expect([status, body.needs.connections, body.mooring.problems]).toEqual([
    200,
    1,
    ["Azure Resource Manager does not respond. Private endpoint connections are from the last scan."],
  ]);
});

test("a stop is shown with its actor and reason", async () => {
  await ask("POST /stop", { body: { reason: "a storm" } });
  const stopped = { why: "a storm (ada@example.com)", sinceUtc: run.clock.nowUtc };
  expect((await ask("GET /me")).body.stopped).toEqual(stopped);
  expect((await ask("GET /overview")).body.mooring.stopped).toEqual(stopped);
  expect((await ask("POST /resume", { body: {} })).body).toEqual({});
  expect((await ask("GET /me")).body.stopped).toBeUndefined();
});

test("the finding about stopped changes has the reason but no actor, because it is sent to others", async () => {
  await ask("POST /stop", { body: { reason: "a storm" } });
  run.clock.advance(2 * 86_400);
  const { found } = await checkScope(run, Policy.parse({}), "mooring");
  const messages = found.filter(({ id }) => id === "writing-stopped").map(({ message }) => message);
  expect(messages).toEqual([expect.stringMatching(/: a storm$/)]);
});

test("pages that poll ask Azure once in ten seconds", async () => {
  for (const path of ["/pls", "/connections", "/pls?limit=1"]) await ask(`GET ${path}`);
  const lists = () => run.network.calls.count("privateLinkServices");
  const before = lists();
  await ask("GET /pls");
  expect(lists()).toBe(before);
  run.clock.advance(11);
  await ask("GET /pls");
  expect(lists()).toBe(before + 1);
});

test("only Private Link Services of watched subscriptions are read, whatever the key", async () => {
  const before = run.network.calls.count("pls");
  const elsewhere = plsIdIn("pls").replace(/[0-9-]{36}/, "99999999-9999-9999-9999-999999999999");
  const strange = [
    elsewhere,
    balancerId(),
    subnetId("apps"),
    `${plsIdIn("pls")}/privateEndpointConnections/pe.1`,
    "x",
  ];
  for (const id of strange) expect((await ask(`GET /pls/${keyOf(id)}`)).status).toBe(404);
  expect(run.network.calls.count("pls")).toBe(before);
});

describe("a Private Link Service", () => {
  test("is compared field by field, with the plan of a reconcile", async () => {
    const { body } = await ask(`GET /pls/${PLS}`);
    expect([body.state, body.differs, body.service, body.cluster]).toEqual([
      "differs",
      ["visibility"],
      "shop/web",
      "one",
    ]);
    expect(body.fields[0]).toEqual({
      field: "visibility",
      declared: ["11111111-1111-1111-1111-111111111111"],
      actual: ["*"],
      differs: true,
      managed: true,
    });
    expect(body.plan.changes.map(({ name, lines }: any) => [name, lines[0].text])).toEqual([
      ["pls", 'properties.visibility.subscriptions: ["*"] -> ["11111111-1111-1111-1111-111111111111"]'],
      ["pe.2", 'properties.privateLinkServiceConnectionState.status: "Pending" -> "Approved"'],
    ]);
    expect(
      body.connectionList.map(({ name, status, declared }: any) => `${name} ${status} ${declared}`),
    ).toEqual(["pe.1 Approved false", "pe.2 Pending true", "pe.3 Pending false"]);
  });

  test("has a topology", async () => {
    const { graph } = (await ask(`GET /pls/${PLS}`)).body;
    const ids = new Set(graph.nodes.map(({ id }: any) => id));
    expect(ids.size).toBe(graph.nodes.length);
    expect(graph.edges.flat().every((id: string) => ids.has(id))).toBe(true);
    expect(graph.nodes.map(({ kind }: any) => kind)).toEqual([
      "service",
      "frontend",
      "pls",
      "connection",
      "connection",
      "connection",
      "consumer",
      "consumer",
      "consumer",
    ]);
  });
});

test("an installation that is examined repeatedly is read every ten seconds at most", async () => {
  const first = await ask("GET /doctor");
  run.clock.advance(5);
  expect([first.status, (await ask("GET /doctor")).body]).toEqual([200, first.body]);
  run.clock.advance(6);
  expect((await ask("GET /doctor")).body.atUtc).not.toBe(first.body.atUtc);
});
