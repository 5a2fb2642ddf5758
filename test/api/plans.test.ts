import { beforeEach, describe, expect, test } from "vitest";
import { keyOf } from "../../api/key.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { isListRequested } from "../../shared/declarations/feed.ts";
import type { Feed } from "../../shared/declarations/model.ts";
import { graceOf } from "../../shared/orphans/quarantine.ts";
import { planDue } from "../../shared/orphans/sweep.ts";
import { once } from "../../shared/core/once.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { withLease } from "../../shared/storage/lease.ts";
import { apiOver, apiWorld, carriedOut, everything, FINDING, type Ask } from "../builders/api.ts";
import { balancer, balancerId, plsIdIn, NOW } from "../builders/world.ts";
import { confirmNow } from "../builders/reports.ts";
import { SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
let ask: Ask;

beforeEach(async () => {
  run = await apiWorld();
  ask = apiOver(run);
});

const PLS = plsIdIn("pls");
const connectionId = (name: string) => `${PLS}/privateEndpointConnections/${name}`;
const reconcile = `POST /pls/${keyOf(PLS)}/reconcile`;
const decide = (name: string) => `POST /connections/${keyOf(connectionId(name))}/decision`;
const APPROVE = { status: "Approved", reason: "a partner" };
const propertiesOf = (id: string) => run.resources.bodyOf(id)?.["properties"] as any;
const visibility = () => propertiesOf(PLS).visibility.subscriptions;
const statusOf = (name: string) => propertiesOf(connectionId(name)).privateLinkServiceConnectionState;

/** Another writer narrows the Private Link Service. */
function setLists({ visibility, autoApproval }: Record<"visibility" | "autoApproval", string[]>): void {
  const { network, resources } = run;
  const all = network.allPrivateLinkServices;
  network.allPrivateLinkServices = all.map((one) =>
    one.id === PLS ? { ...one, visibility, autoApproval } : one,
  );
  const body = structuredClone(resources.bodyOf(PLS)) as any;
  body.properties.visibility = { subscriptions: visibility };
  body.properties.autoApproval = { subscriptions: autoApproval };
  resources.place(PLS, body);
}

/** The grace period of the orphan is over, and a sweep may delete it. */
async function due(confirm?: () => Promise<void>): Promise<void> {
  const policy = { ...defaultPolicy, sweepGraceSeconds: 60, maxDeletePercent: 100 };
  await applyPolicy(run, policy);
  run.clock.advance(graceOf(policy, "loadBalancer") + 1);
  await confirm?.();
  await planDue(run);
  run.clock.advance(1);
}

describe("a dry run leaves nothing", () => {
  test.each<[string, string, unknown]>([
    ["reconcile", reconcile, {}],
    ["decision", decide("pe.3"), APPROVE],
    ["sweep", "POST /orphans/sweep", {}],
    ["fix", `POST /findings/${FINDING.id}/fix`, {}],
  ])("%s", async (_, what, body) => {
    await due();
    const before = everything(run);
    const { status, body: answer, headers } = await ask(`${what}?dryRun=true`, { body });
    expect([status, answer.applied, answer.plan.changes.length > 0]).toEqual([200, undefined, true]);
    expect(headers["etag"]).toBe(answer.plan.etag);
    expect(everything(run)).toEqual(before);
  });

  test.each<[string, string, unknown]>([
    ["reconcile", reconcile, {}],
    ["decision", decide("pe.3"), APPROVE],
    ["sweep", "POST /orphans/sweep", {}],
  ])("and without it nothing is done unseen: %s", async (_, what, body) => {
    await due();
    const before = everything(run);
    expect((await ask(what, { body })).status).toBe(428);
    const { status, body: answer } = await ask(what, { body, ifMatch: '"of another plan"' });
    expect([status, answer.plan.changes.length > 0]).toEqual([412, true]);
    expect(everything(run)).toEqual(before);
  });
});

test.each<[string, string, unknown]>([
  ["reconcile", reconcile, {}],
  ["decision", decide("pe.3"), APPROVE],
  ["sweep", "POST /orphans/sweep", {}],
])("a reader may look at the plan of a %s, and not do it", async (_, what, body) => {
  const shown = await ask(`${what}?dryRun=true`, { as: "reader", body });
  expect([shown.status, shown.body.applied]).toEqual([200, undefined]);
  const before = everything(run);
  const ifMatch = shown.body.plan.etag;
  expect((await ask(what, { as: "reader", body, ifMatch })).status).toBe(403);
  expect((await ask(`${what}?dryRun=false`, { as: "reader", body, ifMatch })).status).toBe(403);
  expect((await ask("POST /stop?dryRun=true", { as: "reader", body: { reason: "x" } })).status).toBe(403);
  expect(everything(run)).toEqual(before);
});

describe("a reader", () => {
  test("may see what would be done", async () => {
    const { status, body } = await ask(`${reconcile}?dryRun=true`, { as: "reader" });
    expect([status, body.plan.changes.length]).toEqual([200, 2]);
  });

  test.each([
    ["", 403],
    ["?dryRun=false", 403],
    ["?dryRun=True", 403],
    ["?dryrun=true", 403],
    ["?dryRun=true&dryRun=false", 400],
    ["?dryRun=false&dryRun=true", 400],
    ["?dryRun=true,false", 403],
    ["?dryRun=true%00", 403],
  ])("but does nothing with %j, whatever it may match", async (query, status) => {
    const before = everything(run);
    expect((await ask(`${reconcile}${query}`, { as: "reader", ifMatch: "*" })).status).toBe(status);
    expect(everything(run)).toEqual(before);
  });

  test("may not dry-run what has no plan", async () =>
    expect((await ask("POST /stop?dryRun=true", { as: "reader", body: { reason: "x" } })).status).toBe(403));
});

describe("what is done is what was shown", () => {
  test("reconcile fixes the Private Link Service and its declared private endpoint connection, in the name of the caller", async () => {
    const first = (await carriedOut(ask, reconcile)).body.applied;
    // The connection's Private Link Service was just written: the cluster has to confirm the declaration first.
    expect(first.map(({ outcome }: any) => outcome)).toEqual(["applied", "refused"]);
    expect(first[1].guard).toBe("awaiting-confirmation");
    await confirmNow(run);
    const { status, body } = await carriedOut(ask, reconcile);
    expect([status, body.applied.at(-1).outcome]).toEqual([200, "applied"]);
    expect([visibility(), statusOf("pe.2").status, statusOf("pe.3").status]).toEqual([
      [SUBSCRIPTION],
      "Approved",
      "Pending",
    ]);
    const journal = (await ask("GET /journal")).body.items;
    expect(journal.map(({ who, cause }: any) => `${who}: ${cause}`)).toEqual(
      Array(2).fill("ada@example.com: manual reconcile"),
    );
  });

  test("evidence that is a minute newer makes no other plan", async () => {
    const { body } = await ask(`${reconcile}?dryRun=true`);
    run.clock.advance(60);
    expect((await ask(reconcile, { ifMatch: body.plan.etag })).status).toBe(200);
  });

  test("a newer report of the same declaration makes no other plan", async () => {
    const { body } = await ask(`${reconcile}?dryRun=true`);
    await confirmNow(run);
    expect((await ask(reconcile, { ifMatch: body.plan.etag })).status).toBe(200);
  });

  test.each([
    ["reconcile", reconcile],
    ["fix", `POST /findings/${FINDING.id}/fix`],
  ])("a %s widens nothing that policy does not allow since the plan was compared", async (_, what) => {
    const places = { visibility: [], autoApproval: [] };
    setLists(places);
    // Mooring sees the new version, and the cluster confirms after that.
    await carriedOut(ask, what);
    await confirmNow(run);
    const { resources } = run.ports;
    const narrowed = once(() => applyPolicy(run, { privateLinkServices: places }));
    const locks = async (id: string) => narrowed("").then(() => resources.locks(id));
    const read = async (id: string) => resources.read(id);
    const later = { ...run, ports: { ...run.ports, resources: { read, locks } } };
    const { body } = await carriedOut(apiOver(later), what);
    expect(body.applied).toContainEqual(expect.objectContaining({ outcome: "refused", guard: "last-proof" }));
    expect(visibility()).toEqual([]);
  });

  test("a plan that changed is returned, and nothing is applied", async () => {
    const { body } = await ask(`${reconcile}?dryRun=true`);
    run.network.allPrivateLinkServices = run.network.allPrivateLinkServices.map((pls) => ({
      ...pls,
      visibility: ["another-subscription"],
    }));
    const answer = await ask(reconcile, { ifMatch: body.plan.etag });
    expect([answer.status, answer.body.problems]).toEqual([
      412,
      ["The plan changed after it was shown; review the current plan"],
    ]);
    expect(answer.body.plan.changes[0].lines[0].text).toContain('["another-subscription"]');
    expect(visibility()).toEqual(["*"]);
    expect((await ask("GET /journal")).body.items).toEqual([]);
  });

  test.each(["*", '"*"', ' W/"*"', "*-gzip", '"of another plan", *'])(
    "any plan is none that was shown: %j",
    async (ifMatch) => {
      expect((await ask(reconcile, { ifMatch })).status).toBe(412);
      expect(visibility()).toEqual(["*"]);
    },
  );

  test("an etag without its quotes is the same", async () => {
    const { etag } = (await ask(`${reconcile}?dryRun=true`)).body.plan;
    expect((await ask(reconcile, { ifMatch: etag.replaceAll('"', "") })).status).toBe(200);
  });

  test("an approval shows the consumer the operator and the reason", async () => {
    await carriedOut(ask, decide("pe.3"), APPROVE);
    expect(statusOf("pe.3")).toEqual({
      status: "Approved",
      description: "Approved by ada@example.com: a partner",
    });
  });

  test("a rejection too", async () => {
    await carriedOut(ask, decide("pe.1"), { status: "Rejected", reason: "contract ended" });
    expect(statusOf("pe.1").description).toBe("Rejected by ada@example.com: contract ended");
  });

  test("a fix does its own part only", async () => {
    const { body } = await carriedOut(ask, `POST /findings/${FINDING.id}/fix`);
    expect(body.applied.map(({ resourceId }: any) => resourceId)).toEqual([PLS]);
    expect([visibility(), statusOf("pe.2").status]).toEqual([[SUBSCRIPTION], "Pending"]);
  });

  test("guards also apply to calls by operators: changes are stopped", async () => {
    await ask("POST /stop", { body: { reason: "a storm" } });
    const { status, body } = await carriedOut(ask, reconcile);
    expect([status, body.applied[0]]).toMatchObject([
      200,
      { outcome: "refused", why: "stopped: writes are stopped" },
    ]);
    expect(visibility()).toEqual(["*"]);
  });

  test("a call during another write reports the outcome of each change", async () => {
    await run.leases.acquire(PLS.toLowerCase(), "other");
    const { status, body } = await carriedOut(ask, reconcile);
    expect([status, body.applied]).toMatchObject([
      200,
      [{ outcome: "failed", why: expect.stringContaining("being worked on") }, { outcome: "applied" }],
    ]);
  });

  test("a call whose changes all meet another write is answered with Retry-After", async () => {
    for (const id of [PLS, `${PLS}/privateEndpointConnections/pe.2`])
      await run.leases.acquire(id.toLowerCase(), "other");
    const { status, headers, body } = await carriedOut(ask, reconcile);
    expect([status, headers["retry-after"], body.problems[0]]).toEqual([
      429,
      "15",
      expect.stringContaining("being worked on"),
    ]);
  });

  test("a list that polls shows it at once", async () => {
    expect((await ask("GET /pls")).body.items[0].state).toBe("differs");
    const put = run.network.allPrivateLinkServices.map((pls) => ({ ...pls, visibility: [SUBSCRIPTION] }));
    const asked = ask(`${reconcile}?dryRun=true`);
    const { etag } = (await asked).body.plan;
    await ask(reconcile, { ifMatch: etag });
    run.network.allPrivateLinkServices = put;
    expect((await ask("GET /pls")).body.items[0].state).toBe("as declared");
  });
});

describe("undo", () => {
  test("gives no access that the Service does not declare: 409 with the reason", async () => {
    const journalId = (await carriedOut(ask, reconcile)).body.applied[0].journalId;
    const { status, body } = await ask(`POST /journal/${journalId}/undo?dryRun=true`);
    expect([status, body.problems[0]]).toEqual([
      409,
      expect.stringContaining("Access of * is not restored: it follows the annotations of the Service"),
    ]);
    expect((await ask(`GET /journal/${journalId}`)).body.undoable).toBe(false);
    expect(visibility()).not.toContain("*");
  });

  test("of a decision is none: 409 with the reason", async () => {
    const journalId = (await carriedOut(ask, decide("pe.3"), APPROVE)).body.applied[0].journalId;
    const { status, body } = await ask(`POST /journal/${journalId}/undo?dryRun=true`);
    expect([status, body.problems[0]]).toEqual([
      409,
      expect.stringContaining("Azure cannot set a connection back to Pending"),
    ]);
    expect((await ask(`GET /journal/${journalId}`)).body).toMatchObject({
      undoable: false,
      before: {},
      after: {},
    });
  });

  test("of nothing is a 404", async () =>
    expect((await ask("POST /journal/none/undo?dryRun=true")).status).toBe(404));
});

describe("orphans", () => {
  const OLD = balancerId("MC_old");
  const path = `/orphans/${keyOf(OLD)}`;

  test("are shown with their evidence", async () => {
    const { body } = await ask(`GET ${path}`);
    expect(body).toMatchObject({
      kind: "loadBalancer",
      cluster: "old",
      verdict: "orphan",
      against: [],
      missing: [],
    });
    expect(body.for[0].says).toContain("does not exist");
    expect(body.quarantine.sinceUtc).toBe(NOW);
  });

  test("are swept when due, listed as deleted, and restored", async () => {
    expect((await ask("POST /orphans/sweep?dryRun=true")).body.plan.changes).toEqual([]);
    await due();
    const { body } = await carriedOut(ask, "POST /orphans/sweep");
    expect(body.applied).toMatchObject([{ resourceId: OLD, outcome: "applied" }]);
    expect(run.resources.bodyOf(OLD)).toBeUndefined();
    run.network.balancers = run.network.balancers.filter(({ id }) => id !== OLD);
    const { items, deleted } = (await ask("GET /orphans")).body;
    expect([items, deleted.map(({ resourceId }: any) => resourceId)]).toEqual([[], [OLD]]);
    expect(run.tables.quarantine.all()).toEqual([]);

    const { journalId, losses } = deleted[0];
    const restored = await carriedOut(ask, "POST /orphans/restore", { journalId });
    expect([restored.body.applied[0].outcome, restored.body.plan.losses]).toEqual(["applied", losses]);
    expect(run.resources.bodyOf(OLD)).toBeDefined();
    expect((await ask("GET /orphans")).body.deleted).toEqual([]);
  });

  test("are swept by one call at a time: the second may try again", async () => {
    await due();
    const { plan } = (await ask("POST /orphans/sweep?dryRun=true")).body;
    const sweep = () => ask("POST /orphans/sweep", { ifMatch: plan.etag });
    const answers = await withLease(run, "sweep", sweep);
    expect([answers.status, answers.headers["retry-after"]]).toEqual([429, "15"]);
    expect(run.resources.bodyOf(OLD)).toBeDefined();
    expect((await sweep()).status).toBe(200);
  });

  test("name the subscription that cannot be read", async () => {
    run.network.calls.failNext(new Error("403"), { method: "privateLinkServices" });
    const { body } = await ask("POST /orphans/sweep?dryRun=true");
    expect([body.plan.changes, body.unreadable]).toEqual([[], [SUBSCRIPTION]]);
    expect((await ask("POST /orphans/sweep?dryRun=true")).body.unreadable).toEqual([]);
  });

  test("are listed with the subscriptions that could not be read", async () => {
    const [{ key }] = (await ask("GET /orphans")).body.items;
    run.clock.advance(3600);
    run.network.calls.failNext(new Error("403"), { method: "loadBalancers" });
    const { body } = await ask("GET /orphans");
    expect([body.items, body.unreadable]).toEqual([[], [SUBSCRIPTION]]);
    expect((await ask(`GET /orphans/${key}`)).status).toBe(503);
    expect((await ask(`GET /orphans/${key}`)).body.problems.join()).toContain(
      `Subscription ${SUBSCRIPTION} could not be read`,
    );
  });

  /** Cluster one lives, and its load balancer is in quarantine. */
  async function abandonLive(): Promise<string> {
    const live = balancerId();
    run.network.balancers = [balancer({ id: live })];
    run.network.allPrivateLinkServices = [];
    for (const { namespace, name } of run.tables.declarations.all())
      await run.tables.declarations.transact("one", [{ do: "remove", key: `${namespace}/${name}` }]);
    await confirmNow(run);
    await planDue(run);
    // The grace period begins with the first report after Azure was read.
    await confirmNow(run);
    await planDue(run);
    return live;
  }

  test("of a cluster that has to confirm first make the sweep request its list", async () => {
    const live = await abandonLive();
    await applyPolicy(run, { ...defaultPolicy, sweepGraceSeconds: 60, maxDeletePercent: 100 });
    run.clock.advance(graceOf(defaultPolicy, "loadBalancer") + 1);
    await confirmNow(run);
    const before = everything(run);
    const { body: shown } = await ask("POST /orphans/sweep?dryRun=true");
    expect([shown.plan.changes, shown.awaited, everything(run)]).toEqual([[], ["one"], before]);
    const feed = async () => (await run.tables.feeds.get("all", "one"))?.value as Feed;
    expect(await isListRequested(run, await feed())).toBe(false);

    const { body } = await ask("POST /orphans/sweep", { ifMatch: shown.plan.etag });
    expect([body.applied, body.awaited]).toEqual([[], ["one"]]);
    expect(await isListRequested(run, await feed())).toBe(true);
    await confirmNow(run);
    const { body: next } = await carriedOut(ask, "POST /orphans/sweep");
    expect(next.applied).toMatchObject([{ resourceId: live, outcome: "applied" }]);
  });

  test("name the cluster that has to confirm first, if it lives", async () => {
    const live = await abandonLive();
    expect((await ask("POST /orphans/sweep?dryRun=true")).body.awaited).toEqual([]);
    await due(() => confirmNow(run));
    const { body } = await ask("POST /orphans/sweep?dryRun=true");
    expect([body.plan.changes, body.awaited]).toEqual([[], ["one"]]);
    await confirmNow(run);
    const next = (await ask("POST /orphans/sweep?dryRun=true")).body;
    expect([next.plan.changes.map(({ resourceId }: any) => resourceId), next.awaited]).toEqual([[live], []]);
  });

  test("that are on hold stay", async () => {
    await due();
    const hold = `/holds/${path.split("/").at(-1)}`;
    const { body } = await ask(`PUT ${hold}`, { body: { reason: "still looking" } });
    const shown = { who: "ada@example.com", why: "still looking", sinceUtc: run.clock.nowUtc };
    expect(body).toMatchObject(shown);
    const { body: held } = await ask(`GET ${path}`);
    expect([held.hold, held.against.join()]).toEqual([shown, expect.stringContaining("still looking")]);
    expect((await ask("POST /orphans/sweep?dryRun=true")).body.plan.changes).toEqual([]);
    expect((await ask(`DELETE ${hold}`)).status).toBe(200);
    const { body: released } = await ask(`GET ${path}`);
    expect([released.hold, released.quarantine]).toEqual([undefined, undefined]);
    expect(await ask(`DELETE ${hold}`)).toMatchObject({
      status: 404,
      body: { problems: ["kubernetes-internal is not on hold"] },
    });
  });

  test("and resources that a Service uses can be held in advance, and are listed among the holds", async () => {
    expect((await ask(`GET /orphans/${keyOf(PLS)}`)).status).toBe(404);
    expect((await ask(`PUT /holds/${keyOf(PLS)}`, { body: { reason: "an audit" } })).status).toBe(200);
    expect((await ask("GET /holds")).body.items).toMatchObject([
      { resourceId: PLS, who: "ada@example.com", why: "an audit" },
    ]);
    expect((await ask(`PUT /holds/${keyOf(`${PLS}x`)}`, { body: { reason: "x" } })).status).toBe(404);
  });
});

describe("a private endpoint connection that cannot be decided shows the reason", () => {
  test.each<[string, () => void, string]>([
    [
      "its Private Link Service is tagged off",
      () =>
        (run.network.allPrivateLinkServices = run.network.allPrivateLinkServices.map((one) => ({
          ...one,
          tags: { ...one.tags, mooring: "off" },
        }))),
      "has the tag mooring: off",
    ],
    [
      "its private endpoint was deleted",
      () =>
        (run.network.allPrivateLinkServices = run.network.allPrivateLinkServices.map((one) => ({
          ...one,
          connections: one.connections.map((connection) => ({
            ...connection,
            status: "Disconnected" as const,
          })),
        }))),
      "private endpoint was deleted",
    ],
  ])("%s", async (_, change, why) => {
    change();
    const { status, body } = await ask(`${decide("pe.3")}?dryRun=true`, { body: APPROVE });
    expect([status, body.problems[0]]).toEqual([409, expect.stringContaining(why)]);
    expect((await ask("GET /connections")).body.items[0].closed).toContain(why);
  });

  test("one that is not there is a 404", async () =>
    expect((await ask(`${decide("pe.9")}?dryRun=true`, { body: APPROVE })).status).toBe(404));
});

describe("an acknowledgement", () => {
  const path = `/findings/${FINDING.id}/acknowledgement`;
  const body = { reason: "moves in December", untilUtc: "2026-12-24T00:00:00.000Z" };
  const etag = async () => (await ask(`GET /findings/${FINDING.id}`)).body.etag;

  test("excludes the finding from the counts, in the name of the caller", async () => {
    const { status, body: finding } = await ask(`PUT ${path}`, { body, ifMatch: await etag() });
    expect([status, finding.state]).toEqual([200, "acknowledged"]);
    expect(finding.acknowledged).toEqual({ who: "ada@example.com", atUtc: NOW, ...body });
    expect((await ask("GET /findings")).body.items.map(({ id }: any) => id)).not.toContain(FINDING.id);
    expect((await ask("GET /overview")).body.needs).toMatchObject({
      acknowledged: 1,
      findings: { error: 0 },
    });
    const withdrawn = await ask(`DELETE ${path}`, { ifMatch: finding.etag });
    expect([withdrawn.body.state, withdrawn.body.acknowledged]).toEqual(["open", undefined]);
  });

  test("needs the finding as it was shown", async () => {
    const shown = await etag();
    expect((await ask(`PUT ${path}`, { body })).status).toBe(428);
    expect((await ask(`PUT ${path}`, { body, ifMatch: shown })).status).toBe(200);
    expect((await ask(`PUT ${path}`, { body, ifMatch: shown })).status).toBe(412);
  });

  test("takes the tag of the answer as well as that in it", async () => {
    const { headers } = await ask(`GET /findings/${FINDING.id}`);
    expect((await ask(`PUT ${path}`, { body, ifMatch: headers["etag"] ?? "" })).status).toBe(200);
  });

  test.each<[string, object, number]>([
    ["without a reason", { ...body, reason: " " }, 400],
    ["until a time that is no time", { ...body, untilUtc: "tomorrow" }, 400],
    ["until the past", { ...body, untilUtc: "2026-11-01T00:00:00.000Z" }, 400],
  ])("is refused %s", async (_, given, status) =>
    expect((await ask(`PUT ${path}`, { body: given, ifMatch: await etag() })).status).toBe(status),
  );

  test("of what is not there is a 404", async () =>
    expect((await ask("PUT /findings/ffffffffffff/acknowledgement", { body, ifMatch: "*" })).status).toBe(
      404,
    ));
});

describe("audits", () => {
  test("are started for everything, for some scopes, and not for what is not there", async () => {
    const { status, body, headers } = await ask("POST /audits", { body: {} });
    expect(headers["location"]).toBe(`/api/v1/audits/${body.id}`);
    expect([status, body.state, body.who, body.total]).toEqual([202, "running", "ada@example.com", 3]);
    expect(run.queue.sent.map(({ queue }) => queue)).toContain("drift");
    expect((await ask("POST /audits", { body: { scopes: ["one"] } })).body.total).toBe(2);
    const unknown = await ask("POST /audits", { body: { scopes: ["nowhere"] } });
    expect([unknown.status, unknown.body.problems[0]]).toEqual([400, expect.stringContaining("nowhere")]);
  });

  test("are cancelled once", async () => {
    const { id } = (await ask("POST /audits", { body: {} })).body;
    expect((await ask(`POST /audits/${id}/cancel`)).status).toBe(200);
    run.clock.advance(60);
    expect((await ask(`GET /audits/${id}`)).status).toBe(200);
  });

  test.each(["/audits/none-such", "/audits/none-such/report", "/audits/latest/diff/previous"])(
    "GET %s is a 404",
    async (path) => expect((await ask(`GET ${path}`)).status).toBe(404),
  );

  test("are reported in every format, each with its type, as a file on demand; nothing in it may run", async () => {
    const { REPORT_FORMATS } = await import("../../api/report.ts");
    const { FORMAT_NAMES } = await import("../../shared/audit/report/formats.ts");
    expect([...REPORT_FORMATS]).toEqual(FORMAT_NAMES);
    const { id } = (await ask("POST /audits", { body: {} })).body;
    for (const format of REPORT_FORMATS) {
      const { status, headers, text } = await ask(`GET /audits/${id}/report?format=${format}&download=true`);
      expect([format, status, text.length > 0]).toEqual([format, 200, true]);
      expect(headers["content-disposition"]).toMatch(/^attachment; filename="mooring-audit-[\w-]+\.\w+"$/);
      expect(headers["content-security-policy"]).toContain("sandbox");
    }
    expect((await ask(`GET /audits/${id}/report?format=xlsx`)).status).toBe(400);
    expect((await ask(`GET /audits/${id}/report`)).headers["content-disposition"]).toBeUndefined();
  });
});
