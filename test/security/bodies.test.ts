/** Bodies that are too much: size, depth, number, packing, time. Each is refused or read, and the app answers the next call. */
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BAD_LISTS } from "../builders/badLists.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { rawRequest, sendRaw } from "../builders/rawHttp.ts";

const MIB = 1024 * 1024;
let app: HostedApp;
let token: string;
/** The largest body uses up what its cluster may send: a cluster for each path. */
const others = new Map<string, string>();
beforeAll(async () => {
  app = await hostedApp({ MOORING_LOCAL_OPERATOR: "op" });
  token = await register("one", app.settings);
  for (const name of ["admission", "mutation"]) others.set(name, await register(name, app.settings));
});
afterAll(() => app.close());
afterEach(async () => expect((await app.call("/api/health")).status).toBe(200));

const bomb = new Uint8Array(gzipSync(Buffer.alloc(100 * MIB)));

const DOORS = {
  admission: "/api/admit/one",
  mutation: "/api/mutate/one",
  "the API": "/api/v1/stop",
};

function send(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const all = { "content-type": "application/json", "x-mooring-token": token, "x-mooring-request": "1" };
  return app.call(path, { method: "POST", headers: { ...all, ...headers }, body });
}

const deep = (levels: number, open: string, close: string) =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;
const many = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":${n}`).join(",")}}`;

const BODIES: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>])[] = [
  ["arrays in arrays", deep(20_000, "[", "]")],
  ["objects in objects", deep(10_000, '{"a":', "}")],
  ["a list that is deep", `{"kind":"List","items":[${deep(20_000, "[", "]")}]}`],
  ["excessive depth", deep(1_000_000, "[", "]")],
  ["a depth beside the items", `{"kind":"List","metadata":${deep(500_000, "[", "]")},"items":[]}`],
  ["too many keys", many(5_000)],
  ["a number without end", `{"a":${"9".repeat(50_000)}}`],
  ["a string that does not end", `{"a":"${"x".repeat(50_000)}`],
  ["keys that objects have", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
  ["a lone half of a character", '{"kind":"\\ud800"}'],
  ["two documents", '{"reason":"x"}{"reason":"y"}'],
  ["NUL", "\u0000"],
  ["a byte order mark", '\uFEFF{"a":1}'],
  ["UTF-16", new Uint8Array(Buffer.from('{"a":1}', "utf16le"))],
  ["packed", new Uint8Array(gzipSync('{"reason":"x"}'))],
];

describe.each(Object.entries(DOORS))("%s", (what, path) => {
  test.each(BODIES)("refuses %s", async (_, body) => {
    const { status, body: said } = await send(path, body);
    expect([400, 413]).toContain(status);
    expect(said.problems.length).toBeGreaterThan(0);
    expect(said.problems.join("").length).toBeLessThan(100_000);
  });

  test("unpacks nothing: what is packed into little stays little", async () => {
    for (const encoding of ["gzip", "gzip, gzip", "deflate", "br"]) {
      const { status } = await send(path, bomb, { "content-encoding": encoding });
      expect([400, 413, 415]).toContain(status);
    }
  });

  test("refuses one that is too large before reading it", async () => {
    const port = Number(new URL(app.url).port);
    const headers = {
      host: `127.0.0.1:${port}`,
      "content-type": "application/json",
      "x-mooring-token": others.get(what) ?? token,
    };
    const body = Buffer.alloc(51 * MIB, " ");
    const sent = { ...headers, "x-mooring-request": "1" };
    const { status } = await sendRaw({ port }, rawRequest(`POST ${path.replace(/one$/, what)}`, sent, body));
    expect(status).toBe(413);
  });

  test("nothing that was sent changed what objects are", async () => {
    await send(path, '{"__proto__":{"polluted":true}}');
    expect(JSON.stringify((await app.call("/api/health")).body)).not.toContain("polluted");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("a Service with as many annotations as fit is judged", async () => {
  const annotations = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, n) => [`example.test/a${n}`, "x"]),
  );
  const metadata = { name: "web", namespace: "shop", annotations: { ...annotations, __proto__x: "y" } };
  const object = { metadata, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } };
  const kind = { group: "", version: "v1", kind: "Service" };
  const request = {
    uid: "u",
    kind,
    operation: "CREATE",
    namespace: "shop",
    name: "web",
    object,
    dryRun: true,
  };
  const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
  const { status, body } = await send("/api/admit/one", JSON.stringify(review));
  expect([status, body.response.uid]).toEqual([200, "u"]);
});

test("callers that never finish do not delay others", async () => {
  const port = Number(new URL(app.url).port);
  const head = `POST /api/admit/one HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
  const slow = Array.from({ length: 200 }, () => {
    const socket = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.write(head);
    return socket;
  });
  expect((await send("/api/admit/one", "{}")).status).toBe(400);
  for (const socket of slow) socket.destroy();
});

const A = "service.beta.kubernetes.io/azure-";
const asked = (annotations: Record<string, string>) => {
  const metadata = { name: "web", namespace: "shop", annotations };
  const object = { metadata, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } };
  const request = { uid: "u", kind: { kind: "Service" }, operation: "CREATE", object, dryRun: true };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
};

test.each([
  ["names", "a ".repeat(900)],
  ["addresses", "10.0.1.4 ".repeat(900)],
  ["everybody", "* ".repeat(900)],
  ["more names than any list has", "a ".repeat(40_000)],
])("an annotation that is wrong in very many places gets a short answer: %s", async (_, text) => {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    [`${A}pls-create`]: "true",
    [`${A}pls-visibility`]: text,
    [`${A}pls-auto-approval`]: text,
    [`${A}pls-fqdns`]: text,
  };
  const { status, body } = await send("/api/admit/one", asked(annotations));
  expect([status, body.response.allowed]).toEqual([200, false]);
  expect(JSON.stringify(body).length).toBeLessThan(150_000);
});

/** An update of a Service with as many annotations as fit, and so much else in each version. */
function largeUpdate(otherBytes: number) {
  const review = JSON.parse(asked({ "example.test/note": "\u0001".repeat(250_000) }));
  const { object } = review.request;
  Object.assign(review.request, { operation: "UPDATE", oldObject: object });
  object.metadata.managedFields = ["x".repeat(otherBytes)];
  return review;
}

test("an update with as many annotations as fit, each of the longest spelling, is judged", async () => {
  const { status, body } = await send("/api/admit/one", JSON.stringify(largeUpdate(MIB / 4)));
  expect([status, body.response]).toEqual([200, { uid: "u", allowed: true }]);
});

test.each(["admit", "mutate"])("%s: a review of more than 4 MiB is refused, and may go", async (door) => {
  const review = largeUpdate(MIB);
  const { status, body } = await send(`/api/${door}/one`, JSON.stringify(review));
  expect([status, body.response.uid, body.response.allowed]).toEqual([200, "u", false]);
  expect(body.response.status.message).toContain("the review is larger than 4 MiB");
  review.request.operation = "DELETE";
  const left = await send(`/api/${door}/one`, JSON.stringify(review));
  expect([left.body.response.allowed, left.body.response.warnings.length]).toEqual([true, 1]);
});

test.each(["admit", "mutate"])("%s: a review that takes too long to parse is refused", async (door) => {
  const review = JSON.parse(asked({}));
  const labels = Array.from({ length: 70_000 }, (_, n) => [`label-${n}`, ""]);
  review.request.object.metadata.labels = Object.fromEntries(labels);
  const { status, body } = await send(`/api/${door}/one`, JSON.stringify(review));
  expect([status, body.response.uid, body.response.allowed]).toEqual([200, "u", false]);
  expect(body.response.status.message).toContain("the review is too complex");
});

test("an update that only removes a finalizer passes with a warning if the Service cannot be read", async () => {
  const review = JSON.parse(asked({ [`${A}pls-visibility`]: "a ".repeat(2000) }));
  const { object } = review.request;
  Object.assign(review.request, { operation: "UPDATE", oldObject: object });
  review.request.object = { ...object, metadata: { ...object.metadata, finalizers: [] } };
  const { body } = await send("/api/admit/one", JSON.stringify(review));
  expect(body.response).toMatchObject({
    allowed: true,
    warnings: [expect.stringContaining("pls-visibility: has more than 1000 entries")],
  });
});

test.each([
  ["longer than any", "#".repeat(200_000)],
  ["half of a character", "\ud800"],
])("a resource group that is %s does not keep the gate from judging", async (_, group) => {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    [`${A}pls-create`]: "true",
    [`${A}pls-resource-group`]: group,
  };
  const { status, body } = await send("/api/admit/one", asked(annotations));
  expect([status, body.response.allowed]).toEqual([200, true]);
  expect(JSON.stringify(body.response.warnings)).not.toContain("could not check");
});

test("a Service of which storage cannot keep what it declares is refused, and may go", async () => {
  const review = JSON.parse(
    asked({
      [`${A}load-balancer-internal`]: "true",
      [`${A}pls-create`]: "true",
      [`${A}pls-resource-group`]: "\u0001".repeat(100_000),
    }),
  );
  review.request.dryRun = false;
  const { status, body } = await send("/api/admit/one", JSON.stringify(review));
  expect([status, body.response.allowed]).toEqual([200, false]);
  expect(body.response.status.message).toContain("exceeds the size limit of storage");
  const { object } = review.request;
  Object.assign(review.request, { operation: "DELETE", object: null, oldObject: object });
  expect((await send("/api/admit/one", JSON.stringify(review))).body.response.allowed).toBe(true);
});

test("annotations that Kubernetes refuses are refused here", async () => {
  const { body } = await send("/api/mutate/one", asked({ [`${A}pls-name`]: "a".repeat(300_000) }));
  expect([body.response.allowed, body.response.status.message]).toEqual([
    false,
    "Mooring cannot check this Service: request.object.metadata.annotations: larger than Kubernetes' limit of 256 KiB",
  ]);
});

test.each(["admit", "mutate"])("%s: a name that is longer than any is refused", async (door) => {
  const review = JSON.parse(asked({}));
  review.request.object.metadata.name = "n".repeat(2000);
  const { body } = await send(`/api/${door}/one`, JSON.stringify(review));
  expect([body.response.allowed, body.response.status.message]).toEqual([
    false,
    "Mooring cannot check this Service: request.object.metadata.name: Too big: expected string to have <=253 characters",
  ]);
});

describe("declarations", () => {
  const PATH = "/api/clusters/one/declarations";
  /** As a sender that answers the query which Mooring named last. */
  const post = async (body: string | Uint8Array<ArrayBuffer>) => {
    const started = await send(PATH, "");
    const sequence = started.headers.get("x-mooring-sequence") ?? "";
    return send(PATH, body, { "x-mooring-sequence": sequence, "x-mooring-status": "200" });
  };

  test.each(BODIES)("refuses %s, and names the next query", async (what, body) => {
    const { status, body: said, headers } = await post(body);
    expect(status).toBe(400);
    expect(said.problems.length).toBeGreaterThan(0);
    expect(said.problems.join("").length).toBeLessThan(100_000);
    // What is not even text is refused before anything else is looked at.
    if (!["UTF-16", "packed"].includes(what)) expect(headers.get("x-mooring-query")).toBe("limit=500");
  });

  test.each(BAD_LISTS)("refuses a list %s with a reason", async (_, bad, reason) => {
    const { status, body } = await post(bad());
    expect([status, body.outcome]).toEqual([400, "refused"]);
    expect(body.problems.join("; ")).toContain(reason);
  });

  test("requests half of a page that is too large", async () => {
    const { status, headers } = await post(" ".repeat(2 * MIB + 1));
    expect([status, headers.get("x-mooring-query")]).toEqual([413, "limit=250"]);
  });

  test("a Service whose name is longer than any is refused with its list", async () => {
    const item = { metadata: { name: "n".repeat(2000), uid: "u" }, spec: { type: "LoadBalancer" } };
    const list = { kind: "ServiceList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [item] };
    const { status, body } = await post(JSON.stringify(list));
    expect([status, body.problems]).toEqual([
      400,
      ["items.0.metadata.name: Too big: expected string to have <=253 characters"],
    ]);
  });
});
