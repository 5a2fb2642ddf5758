/**
 * `mooring doctor` finds each failure: a test provokes one, and reads its line. The app of this sandbox meets the failures as well, which is
 * why the complete installation has a separate sandbox (doctor.test.ts).
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { QueueClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CLUSTERS, internal, PARTNER, PLATFORM } from "../../dev/sandbox/world/definition.ts";
import { MOORING, topicId } from "../../dev/sandbox/world/installation.ts";
import { DoctorReport } from "../../shared/doctor/report.ts";
import { DEAD_URL, doctoredSandbox, fakeApp, type Doctored } from "../builders/doctoredSandbox.ts";
import { START_MILLISECONDS } from "../builders/sandboxed.ts";
import { runCli } from "./runCli.ts";

const ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const EVENT_SUBSCRIPTION = `${topicId(PLATFORM)}/eventSubscriptions/mooring`;

const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toUTCString();

let at: Doctored;
beforeAll(async () => {
  at = await doctoredSandbox();
}, START_MILLISECONDS);
afterAll(() => at.close());

describe("rights", () => {
  const assignments = async () =>
    at.arm.list(`/subscriptions/${PLATFORM}/${ASSIGNMENTS}?$filter=principalId eq '${MOORING.objectId}'`);
  const roleOf = async (assignment: any) =>
    (await at.arm.get(assignment.properties.roleDefinitionId)).properties.roleName;

  async function without(role: string): Promise<void> {
    for (const one of await assignments()) {
      if ((await roleOf(one)) !== role) continue;
      await at.arm.remove(one.id);
      onTestFinished(() => at.arm.put(one.id, one));
    }
  }

  test("a role that was taken away is named, with the command that gives it", async () => {
    await without("Mooring connections");
    const line = (await at.lines("rights")).find(({ state }) => state === "fail");
    expect(line).toMatchObject({
      about: `${PLATFORM} connections`,
      message: "lacks Microsoft.Network/privateLinkServices/privateEndpointConnections/write",
      advice: expect.stringContaining(
        `az role assignment create --role "Mooring connections" --assignee-object-id ${MOORING.objectId} --assignee-principal-type ServicePrincipal --scope /subscriptions/${PLATFORM}`,
      ),
    });
  });

  test("a subscription without any permission is reported, and the others are checked", async () => {
    for (const one of await assignments()) {
      await at.arm.remove(one.id);
      onTestFinished(() => at.arm.put(one.id, one));
    }
    for (const check of ["arm", "rights", "events"]) {
      const lines = await at.lines(check);
      expect(lines.filter(({ about }) => about?.startsWith(PLATFORM))).toEqual([
        expect.objectContaining({ state: "fail", message: expect.stringContaining("AuthorizationFailed") }),
      ]);
      expect(lines).toContainEqual(expect.objectContaining({ about: PARTNER, state: "ok" }));
    }
  });

  test("a role that may do nearly everything is too much", async () => {
    const id = `/subscriptions/${PLATFORM}/${ASSIGNMENTS}/5d1e0f0a-0000-4000-8000-000000000001`;
    await at.arm.put(id, {
      properties: {
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${CONTRIBUTOR}`,
        principalId: MOORING.objectId,
      },
    });
    onTestFinished(() => at.arm.remove(id));
    expect(await at.wrong("rights")).toContain(
      `warning ${PLATFORM}: has broad permissions (Contributor or Owner)`,
    );
  });

  test("of an identity that is named, by its role assignments", async () => {
    const own = await at.lines("rights", { look: { principalId: MOORING.objectId } });
    expect(own).toContainEqual(expect.objectContaining({ about: PLATFORM, state: "ok" }));
    const other = await at.wrong("rights", { look: { principalId: "99999999-9999-4999-8999-999999999999" } });
    expect(other).toContainEqual(
      expect.stringMatching(new RegExp(`^fail ${PARTNER} reader: lacks Microsoft.Network`)),
    );
  });

  test("a missing sign-in is reported without delay", async () => {
    const { out, code } = await at.run(["-o", "json"], { IDENTITY_ENDPOINT: `${DEAD_URL}/msi/token` });
    const line = DoctorReport.parse(JSON.parse(out)).lines.find(({ check }) => check === "identity");
    expect(code).toBe(1);
    expect(line).toMatchObject({
      state: "fail",
      message: expect.stringMatching(/not signed in to Azure|no answer within/),
    });
  });
});

describe("events", () => {
  const change = async (edit: (properties: any) => void) => {
    const before = await at.arm.get(EVENT_SUBSCRIPTION);
    const after = structuredClone(before);
    edit(after.properties);
    await at.arm.put(EVENT_SUBSCRIPTION, after);
    onTestFinished(() => at.arm.put(EVENT_SUBSCRIPTION, before));
  };

  test.each<[string, (properties: any) => void, RegExp]>([
    [
      "that expired",
      (properties) => (properties.expirationTimeUtc = "2020-01-01T00:00:00Z"),
      /^fail \S+: event subscription mooring expired at 2020-01-01/,
    ],
    [
      "to another app",
      (properties) =>
        (properties.destination.properties.resourceId = properties.destination.properties.resourceId.replace(
          "/mooring/",
          "/other/",
        )),
      /^fail \S+: events are delivered to another app: .*sites\/other\/functions/,
    ],
    [
      "to something else",
      (properties) =>
        (properties.destination = {
          endpointType: "WebHook",
          properties: { endpointUrl: "https://a.example" },
        }),
      /^fail \S+: no event subscription delivers to the function/,
    ],
    [
      "whose filters leave something out",
      (properties) => (properties.filter.advancedFilters[0].values = ["Microsoft.Network/"]),
      /^warning \S+: the filters exclude microsoft.compute\/virtualmachinescalesets\/write, .*microsoft.containerservice\/managedclusters\/write/,
    ],
    [
      "whose filters let nothing through",
      (properties) => (properties.filter.subjectBeginsWith = "/nowhere"),
      /^fail \S+: the filters exclude all events/,
    ],
  ])("an event subscription %s", async (_, edit, said) => {
    await change(edit);
    expect(await at.wrong("events")).toEqual([expect.stringMatching(said)]);
  });

  test("one that Azure has given up", async () => {
    const topic = at.sandbox.arm.world.get(topicId(PLATFORM));
    const [item] = topic?.properties["eventSubscriptions"] ?? [];
    item.properties.provisioningState = "AwaitingManualAction";
    onTestFinished(() => void (item.properties.provisioningState = "Succeeded"));
    expect(await at.wrong("events")).toEqual([
      `fail ${PLATFORM}: event subscription mooring is in state AwaitingManualAction and delivers no events`,
    ]);
  });

  test("one that was deleted, after which no event comes", async () => {
    const before = await at.arm.get(EVENT_SUBSCRIPTION);
    await at.arm.remove(EVENT_SUBSCRIPTION);
    onTestFinished(() => at.arm.put(EVENT_SUBSCRIPTION, before));
    expect(await at.wrong("events")).toEqual([
      `fail ${PLATFORM}: no event subscription delivers to the function onResourceEvent`,
    ]);
    const { delivered } = at.sandbox.events;
    const pls = (
      await at.arm.list(`/subscriptions/${PLATFORM}/providers/Microsoft.Network/privateLinkServices`)
    )[0];
    await at.arm.put(pls.id, pls);
    await at.sandbox.events.idle();
    expect(at.sandbox.events.delivered).toBe(delivered);
  });
});

describe("the app", () => {
  test("that does not answer", async () => {
    expect(await at.wrong("app", { look: { appUrl: DEAD_URL } })).toEqual([
      `fail: could not be checked: ${DEAD_URL} is unreachable: ECONNREFUSED`,
    ]);
  });

  test("that is something else", async () => {
    const server = createServer((_, response) => response.writeHead(404).end("<html>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await at.wrong("app", { look: { appUrl: url } })).toEqual([
      "fail: status 404, and not a health response of Mooring",
    ]);
  });

  test.each<[string, number, RegExp, RegExp]>([
    [
      "whose certificate ends soon, and that is of another version",
      10,
      /^warning: the app has version 0\.0\.9, this CLI has version \d/,
      /^warning: the certificate expires at .*, in (9|10) days$/,
    ],
    [
      "whose certificate has ended",
      -2,
      /^fail: could not be checked: .* is unreachable: CERT_HAS_EXPIRED$/,
      /^fail: the certificate expired at /,
    ],
  ])("%s", async (_, certificateDays, app, certificate) => {
    const fake = await fakeApp({ certificateDays, version: "0.0.9" });
    onTestFinished(() => fake.close());
    const look = { appUrl: fake.url };
    expect(await at.wrong("app", { look })).toEqual([expect.stringMatching(app)]);
    expect(await at.wrong("app-certificate", { look })).toEqual([expect.stringMatching(certificate)]);
  });
});

describe("storage", () => {
  test("an unavailable app is reported without delay", async () => {
    const away = at.sandbox.settings["AzureWebJobsStorage"]?.replaceAll(/http:\/\/[^/]+/g, DEAD_URL) ?? "";
    const { code, out } = await at.run(["-o", "json"], { AzureWebJobsStorage: away });
    const { lines } = DoctorReport.parse(JSON.parse(out));
    const states = Object.fromEntries(lines.map(({ check, state }) => [check, state]));
    expect(code).toBe(1);
    expect(states).toMatchObject({
      storage: "fail",
      schema: "skipped",
      queues: "skipped",
      tokens: "skipped",
      arm: "ok",
    });
    expect(lines).toContainEqual({
      check: "tokens",
      state: "skipped",
      message: "not checked: check storage must pass first",
    });
  });

  test("that refuses the key", async () => {
    const wrongKey =
      at.sandbox.settings["AzureWebJobsStorage"]?.replace(/AccountKey=[^;]+/, "AccountKey=AAAA") ?? "";
    expect(await at.wrong("storage", { settings: { AzureWebJobsStorage: wrongKey } })).toEqual([
      expect.stringMatching(/^fail tables: no permission to write: mooringclusters, /),
      expect.stringMatching(/^fail queues: no permission to write: mooring-pls, /),
      "fail containers: no permission to write: mooring-states, mooring-leases",
    ]);
  });

  test("a newer schema", async () => {
    const { schema } = at.ports.tables;
    const before = await schema.get("schema", "stored");
    await schema.transact("schema", [
      { do: "put", key: "stored", value: { version: 99, changedAtUtc: "2026-01-01T00:00:00Z" } },
    ]);
    onTestFinished(async () => {
      await schema.transact("schema", [
        before ? { do: "put", key: "stored", value: before.value } : { do: "remove", key: "stored" },
      ]);
    });
    expect(await at.wrong("schema")).toEqual([
      expect.stringMatching(/^fail: the stored data have schema version 99/),
    ]);
  });

  test("a broken policy", async () => {
    const { policies } = at.ports.tables;
    const value = { policy: { modes: 1 }, appliedAtUtc: "2026-01-01T00:00:00Z" };
    await policies.transact("policy", [{ do: "put", key: "current", value }]);
    onTestFinished(() => void policies.transact("policy", [{ do: "remove", key: "current" }]));
    expect(await at.wrong("policy")).toEqual([expect.stringMatching(/^fail: policy modes: /)]);
  });

  test("writes that an operator stopped", async () => {
    await runCli(["stop", "a test"], { env: at.sandbox.settings });
    onTestFinished(async () => void (await runCli(["resume"], { env: at.sandbox.settings })));
    expect(await at.wrong("writing")).toEqual([expect.stringMatching(/^warning: stopped since .*: a test$/)]);
  });

  test("a poisoned message", async () => {
    const connection = at.sandbox.settings["AzureWebJobsStorage"] ?? "";
    const queue = new QueueClient(connection, "mooring-pls-poison");
    await queue.createIfNotExists();
    await queue.sendMessage("no base64");
    onTestFinished(async () => void (await queue.clearMessages()));
    expect(await at.wrong("queues")).toEqual([
      "warning mooring-pls-poison: 1 message has permanently failed",
    ]);
  });
});

test("a clock that is off", async () => {
  const skew = (seconds: number) =>
    at.sandbox.arm.faults.add({ path: "/metadata/endpoints", action: { kind: "skewClock", seconds } });
  onTestFinished(() => at.sandbox.arm.faults.clear());
  skew(-120);
  expect(await at.wrong("clock")).toEqual([
    expect.stringMatching(
      /^warning Azure Resource Manager: its clock is 1(19|20|21) seconds behind this machine$/,
    ),
  ]);
  at.sandbox.arm.faults.clear();
  skew(900);
  expect(await at.wrong("clock")).toEqual([
    expect.stringMatching(
      /^fail Azure Resource Manager: its clock is (899|900|901) seconds ahead of this machine$/,
    ),
  ]);
});

test("Azure Resource Manager that throttles or is unavailable", async () => {
  at.sandbox.arm.faults.add({
    path: "privateLinkServices$",
    caller: MOORING.name,
    action: { kind: "error", status: 500 },
  });
  onTestFinished(() => at.sandbox.arm.faults.clear());
  expect(await at.wrong("arm")).toEqual([expect.stringMatching(/^fail: could not be checked: /)]);
});

describe("clusters", () => {
  const [one] = CLUSTERS;
  const name = one?.name ?? "";

  test("that has not confirmed its Services for long", async () => {
    const { feeds } = at.ports.tables;
    const row = await feeds.get("all", name);
    if (!row?.value.confirmed) throw new Error(`${name} has not confirmed its Services`);
    const put = (value: typeof row.value) => feeds.transact("all", [{ do: "put", key: name, value }]);
    const confirmed = { ...row.value.confirmed, atUtc: "2026-01-01T00:00:00.000Z" };
    await put({ ...row.value, confirmed });
    onTestFinished(async () => void (await put(row.value)));
    expect(await at.wrong("reports")).toEqual([
      `warning ${name}: last confirmed its Services at 2026-01-01T00:00:00.000Z, more than 60 minutes ago`,
    ]);
  });

  test("whose webhook does not reach the app", async () => {
    const cluster = at.sandbox.fleet.clusters.get(name);
    if (!cluster?.options.webhook) throw new Error(`${name} has no webhook`);
    const { url } = cluster.options.webhook;
    cluster.options.webhook.url = DEAD_URL;
    await cluster.apply(internal("unseen"));
    await cluster.confirm();
    expect(await at.wrong("webhooks")).toEqual([
      expect.stringMatching(
        new RegExp(
          `^fail ${name}: the cluster reported 1 change of Services that the admission webhook did not receive, for example shop/unseen`,
        ),
      ),
    ]);
    cluster.options.webhook.url = url;
    await cluster.apply(internal("seen"));
    await cluster.confirm();
    expect(await at.wrong("webhooks")).toEqual([]);
  });

  test.each<[string, Record<string, string>, RegExp[]]>([
    [
      "whose relay does not answer",
      { "x-mooring-webhook": "Failed to connect" },
      [/^fail \S+: the probe of the relay from inside the cluster failed at .*: Failed to connect$/],
    ],
    [
      "whose relay's certificate ends soon",
      { "x-mooring-webhook": "ok", "x-mooring-webhook-certificate-ends": inDays(5) },
      [/^warning \S+ relay: the certificate expires at .*, in (4|5) days$/],
    ],
    [
      "whose relay's certificate has ended",
      { "x-mooring-webhook": "ok", "x-mooring-webhook-certificate-ends": inDays(-1) },
      [/^fail \S+ relay: the certificate expired at /],
    ],
    [
      "whose relay is healthy",
      { "x-mooring-webhook": "ok", "x-mooring-webhook-certificate-ends": inDays(90) },
      [],
    ],
  ])("%s, as the sender reports", async (_, probe, said) => {
    const cluster = at.sandbox.fleet.clusters.get(name);
    if (!cluster) throw new Error(`there is no cluster ${name}`);
    const { sender } = cluster;
    sender.probe = probe;
    onTestFinished(async () => {
      sender.probe = { "x-mooring-webhook": "ok" };
      await sender.confirm();
    });
    expect((await sender.confirm()).status).toBe(200);
    expect(await at.wrong("webhooks")).toEqual(said.map((one) => expect.stringMatching(one)));
  });

  test("whose older token ends", async () => {
    const { clusters } = at.ports.tables;
    const before = await clusters.get("all", name);
    if (!before) throw new Error(`${name} is not registered`);
    onTestFinished(
      async () => void (await clusters.transact("all", [{ do: "put", key: name, value: before.value }])),
    );
    const rotated = await runCli(["clusters", "rotate", name, "--overlap-hours", "2", "-o", "json"], {
      env: at.sandbox.settings,
    });
    expect(rotated.code).toBe(0);
    expect(await at.wrong("tokens")).toEqual([
      expect.stringMatching(new RegExp(`^warning ${name}: the older of its tokens expires at `)),
    ]);
  });
});
