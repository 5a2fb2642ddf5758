import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { balancerId, NOW } from "../builders/world.ts";

let app: HostedApp;
let token: string;
let reportingToken: string;

beforeAll(async () => {
  app = await hostedApp({}, { retry: "at once" });
  [token, reportingToken] = [await register("one", app.settings), await register("reporting", app.settings)];
});
afterAll(() => app.close());

const post = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "content-type": "application/json" },
) => ({
  method: "POST",
  headers,
  body,
});
const review = (object: unknown, some: object = {}) =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u-1",
      kind: { group: "", version: "v1", kind: "Service" },
      namespace: "shop",
      name: "web",
      operation: "CREATE",
      object,
      oldObject: null,
      ...some,
    },
  });
const service = (name: string, namespace = "shop") => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name,
    namespace,
    uid: "uid",
    annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
  },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
});
const admit = (init: RequestInit, path = `one/${token}`) => app.call(`/api/admit/${path}`, init);

test("the artifact has exactly these functions and triggers", async () => {
  const { body } = await app.call("/admin/functions", { headers: { "x-functions-key": app.keys.master } });
  const triggers = body.map((one: any) =>
    [
      one.name,
      one.bindings[0].type,
      one.bindings[0].route ?? one.bindings[0].queueName ?? one.bindings[0].schedule ?? "",
    ]
      .join(" ")
      .trim(),
  );
  expect(triggers.sort()).toEqual([
    "admitService httpTrigger admit/{cluster}/{token?}",
    "api httpTrigger v1/{*path}",
    "auditDrift timerTrigger 0 30 * * * *",
    "auditDriftWork queueTrigger mooring-drift",
    "dashboard httpTrigger dashboard/{*path}",
    "declarations httpTrigger clusters/{cluster}/declarations/{token?}",
    "health httpTrigger health/{probe?}",
    "mutateService httpTrigger mutate/{cluster}/{token?}",
    "onResourceEvent eventGridTrigger",
    "pollPrivateLinkServices timerTrigger 30 */5 * * * *",
    "reconcilePls queueTrigger mooring-pls",
    "scanInventory timerTrigger 0 */15 * * * *",
    "scanInventoryWork queueTrigger mooring-inventory",
    "sendNotices queueTrigger mooring-notices",
    "sweepOrphans timerTrigger 0 0 * * * *",
    "sweepOrphansWork queueTrigger mooring-orphans",
    "watchQueues timerTrigger 15 * * * * *",
  ]);
});

/** As the sender posts. @param sequence of the answer before; absent: a sender that starts */
async function declare(body: string, sequence?: string | null) {
  const answered = sequence ? { "x-mooring-sequence": sequence, "x-mooring-status": "200" } : {};
  const headers = { "content-type": "application/json", "x-mooring-token": reportingToken, ...answered };
  const response = await fetch(`${app.url}/api/clusters/reporting/declarations`, post(body, headers));
  const next = {
    sequence: response.headers.get("x-mooring-sequence"),
    query: response.headers.get("x-mooring-query"),
  };
  return { status: response.status, body: (await response.json()) as any, next };
}

test("a cluster lists its Services, and the next query requests changes", async () => {
  const started = await declare("");
  expect(started).toMatchObject({ status: 200, body: { outcome: "started" }, next: { query: "limit=500" } });
  const listed = service("listed", "batch");
  const kubernetes = service("kubernetes", "default");
  const items = [
    { ...listed, metadata: { ...listed.metadata, resourceVersion: "5" } },
    { metadata: { ...kubernetes.metadata, resourceVersion: "1" }, spec: { type: "ClusterIP" } },
  ];
  const list = { kind: "ServiceList", apiVersion: "v1", metadata: { resourceVersion: "9" }, items };
  const answered = await declare(JSON.stringify(list), started.next.sequence);
  expect(answered).toMatchObject({
    status: 200,
    body: { outcome: "list complete", report: { services: 1, changed: 1, removed: 0 } },
    next: { query: expect.stringMatching(/^watch=1&resourceVersion=9&/) },
  });
});

test("a Service that cannot be read is refused, and changes nothing", async () => {
  const before = [await app.rows("proposals"), await app.rows("addresses")];
  const { status, body } = await admit(post(review({ metadata: "no", spec: [] })));
  expect([status, body.response.allowed, body.response.status.code]).toEqual([200, false, 422]);
  expect(body.response.status.message).toContain("request.object.metadata");
  expect([await app.rows("proposals"), await app.rows("addresses")]).toEqual(before);
});

test("health is ok", async () => {
  const { status, body } = await app.call("/api/health");
  expect(status).toBe(200);
  // What another test had refused is shown, and the scan that it requested, which has no Azure to read; nothing else is wrong.
  expect(body.problems.filter((one: string) => !/^(list|scan) fails/.test(one))).toEqual([]);
  expect(body).toMatchObject({
    status: body.problems.length > 0 ? "degraded" : "ok",
    version: expect.any(String),
  });
});

test("the liveness probe does not use storage", async () =>
  expect(await app.call("/api/health/live")).toMatchObject({ status: 200, body: { status: "ok" } }));

test("the API refuses calls without authentication", async () => {
  const principal = {
    auth_typ: "aad",
    claims: [
      { typ: "name", val: "x" },
      { typ: "roles", val: "Mooring.Operator" },
    ],
  };
  const forged = { "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64") };
  for (const headers of [{}, forged]) {
    const { status, body } = await app.call("/api/v1/me", { headers });
    expect([status, body.problems]).toEqual([401, ["Not signed in"]]);
  }
  expect((await app.call("/api/dashboard/")).status).toBe(401);
});

describe("signed in by the sandbox's setting", () => {
  let local: HostedApp;
  beforeAll(async () => {
    local = await hostedApp({ MOORING_LOCAL_OPERATOR: "op" });
  });
  afterAll(() => local.close());

  test("the API works with empty storage, and reports that Azure is unavailable without its error text", async () => {
    expect((await local.call("/api/v1/me")).body).toMatchObject({ name: "op", isSandbox: true });
    expect(await local.call("/api/v1/findings")).toMatchObject({ status: 200, body: { items: [] } });
    const { status, body } = await local.call("/api/v1/overview");
    expect([status, body.mooring.problems[0]]).toEqual([200, expect.stringContaining("does not respond")]);
    expect(await local.call("/api/v1/pls")).toMatchObject({
      status: 503,
      body: { problems: ["Mooring is temporarily unavailable; try again"] },
    });
    expect((await local.call("/api/v1/openapi.json")).body.openapi).toBe("3.1.1");
    expect((await local.call("/api/v1/findings?state=odd")).status).toBe(400);
  });

  test("the dashboard is there, with all that its page names, for this machine's own names only", async () => {
    const { status, body } = await local.call("/api/dashboard/");
    expect(status).toBe(200);
    const named = [...String(body).matchAll(/(?:src|href)="(\/api\/dashboard\/[^"]+)"/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(1);
    for (const path of named) expect((await local.call(path)).status).toBe(200);
    const policy = (await fetch(`${local.url}/api/dashboard/`)).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  });
});

describe("bad input gets a clear answer and changes nothing", () => {
  test.each<[string, () => Promise<{ status: number; body: any }>, number, string]>([
    ["malformed JSON", () => admit(post("{ not json")), 400, "the body is not valid JSON"],
    [
      "bytes that are no text",
      () => admit(post(new Uint8Array([0xff, 0xfe, 0xfd]))),
      400,
      "the body is not UTF-8",
    ],
    [
      "another content type",
      () => admit(post(review(service("x")), { "content-type": "text/plain" })),
      415,
      'content-type must be application/json, not "text/plain"',
    ],
    [
      "a body of 13 MB",
      () => admit(post(JSON.stringify({ big: "x".repeat(13 * 1024 * 1024) }))),
      413,
      "the body is larger than 12 MiB",
    ],
    ["an unknown cluster", () => admit(post(review(service("x"))), `two/${token}`), 404, "not found"],
    ["a wrong token", () => admit(post(review(service("x"))), "one/wrong"), 404, "not found"],
    [
      "declarations with a wrong token",
      () => app.call("/api/clusters/one/declarations/wrong", post("{}")),
      404,
      "not found",
    ],
    ["no AdmissionReview", () => admit(post("{}")), 400, "apiVersion"],
    [
      "an older AdmissionReview",
      () => admit(post(review(service("x")).replace("/v1", "/v1beta1"))),
      400,
      "apiVersion",
    ],
    [
      "something that is no Service",
      () => admit(post(review({}, { kind: { kind: "Pod" } }))),
      400,
      "request.kind: must be Service, not Pod",
    ],
    [
      "a list of Pods",
      async () => declare(JSON.stringify({ kind: "PodList", items: [] }), (await declare("")).next.sequence),
      400,
      "kind: not a ServiceList",
    ],
    [
      "a list that was cut off",
      async () => declare('{"kind":"ServiceList",', (await declare("")).next.sequence),
      400,
      "the body is not valid JSON, or was cut off",
    ],
  ])("%s", async (_, ask, status, problem) => {
    const before = [await app.rows("proposals"), await app.rows("addresses")];
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.body.problems.join("; ")).toContain(problem);
    expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.(m?js|ts):/);
    expect([await app.rows("proposals"), await app.rows("addresses")]).toEqual(before);
  });

  test("a wrong token and an unknown cluster look the same", async () => {
    const answer = async (path: string) => {
      const { headers, ...rest } = await admit(post(review(service("x"))), path);
      // Two answers may be from different seconds.
      const { date: _date, ...others } = Object.fromEntries(headers);
      return { ...rest, headers: others };
    };
    expect(await answer("one/wrong")).toEqual(await answer("none/wrong"));
  });

  test.each([["a/b"], ["a#b?c"], ["⚓️"], ["n".repeat(253)], ["..%2f"]])(
    "the name %j is kept as it is",
    async (name) => {
      const before = await app.rows("proposals");
      const answer = await admit(post(review(service(name, `ns-${name}`.slice(0, 200)))));
      expect([answer.status, answer.body.response.allowed]).toEqual([200, true]);
      expect(await app.rows("proposals")).toBe(before + 1);
    },
  );
});

describe("events", () => {
  const deliver = (event: unknown) =>
    app.call(
      `/runtime/webhooks/EventGrid?functionName=onResourceEvent&code=${app.keys.eventGrid}`,
      post(JSON.stringify([event]), { "content-type": "application/json", "aeg-event-type": "Notification" }),
    );
  const event = (eventType: string, subject = balancerId()) => ({
    id: "e",
    topic: "",
    subject,
    eventType,
    eventTime: NOW,
    data: { correlationId: "c" },
    dataVersion: "2",
    metadataVersion: "1",
  });

  test("of an unknown type are taken, and make no work; Event Grid keeps what is no event", async () => {
    const before = await app.rows("waiting");
    expect((await deliver(event("Contoso.Things.Happened"))).status).toBe(202);
    expect((await deliver({ nonsense: true })).status).toBe(500);
    expect(await app.rows("waiting")).toBe(before);
  });

  test("about a load balancer make work, once", async () => {
    await deliver(event("Microsoft.Resources.ResourceWriteSuccess"));
    await deliver(event("Microsoft.Resources.ResourceWriteSuccess"));
    expect(await app.rows("waiting")).toBe(1);
  });

  test("are closed without the key", async () => {
    expect(
      (await app.call("/runtime/webhooks/EventGrid?functionName=onResourceEvent", post("[]"))).status,
    ).toBe(401);
  });
});

describe("queue messages", () => {
  const gone = async (queue: string) => {
    for (;;) {
      const { approximateMessagesCount } = await app.queues.getQueueClient(queue).getProperties();
      if (approximateMessagesCount === 0) return;
    }
  };

  test("that are no work fail, and are in the poison queue after five deliveries", async () => {
    const text = Buffer.from('{"what":""}').toString("base64");
    await app.queues.getQueueClient("mooring-pls").sendMessage(text);
    await gone("mooring-pls");
    const poison = app.queues.getQueueClient("mooring-pls-poison");
    const { receivedMessageItems } = await poison.receiveMessages();
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual([text]);
    expect((await app.log()).split("failed: the queue message is not a work item")).toHaveLength(6);
  });

  test("that are not even base64 go to the poison queue, as in Azure", async () => {
    await app.queues.getQueueClient("mooring-drift").createIfNotExists();
    await app.queues.getQueueClient("mooring-drift").sendMessage("{plain}");
    await gone("mooring-drift");
    const poison = app.queues.getQueueClient("mooring-drift-poison");
    expect(
      (await poison.receiveMessages()).receivedMessageItems.map(({ messageText }) => messageText),
    ).toEqual(["{plain}"]);
  });
});

test("health reports all invalid settings at once, and the app refuses calls", async () => {
  const broken = await hostedApp({ MOORING_SUBSCRIPTIONS: "nonsense", MOORING_ARM_ENDPOINT: "http://plain" });
  try {
    const health = await broken.call("/api/health");
    expect(health.status).toBe(503);
    expect(health.body.problems).toEqual([
      "MOORING_SUBSCRIPTIONS.0: not a subscription id",
      "MOORING_ARM_ENDPOINT: must be an https URL",
    ]);
    expect((await broken.call("/api/admit/one/token", post(review(service("x"))))).status).toBe(503);
  } finally {
    await broken.close();
  }
});
