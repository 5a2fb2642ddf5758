/** The API server of the sandbox refuses after admission what a real one refuses, and lists and watches as a real one does. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ApiServer } from "../../dev/sandbox/cluster/apiServer.ts";
import { readServices } from "../../dev/sandbox/cluster/listServices.ts";
import { serveApiServer } from "../../dev/sandbox/cluster/serveApiServer.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";

let reviews: any[];
let answers: (request: any) => object;
let hook: Server;
let url: string;
let api: ApiServer;

beforeAll(async () => {
  hook = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
});
afterAll(() => void hook.close());
beforeEach(() => {
  reviews = [];
  answers = () => ({});
  api = new ApiServer({ webhook: { url, timeoutSeconds: 5, failurePolicy: "Fail" } });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const review: any = await json(request);
  reviews.push({ ...review.request, path: request.url?.split("?")[0] });
  response.end(
    JSON.stringify({ response: { uid: review.request.uid, allowed: true, ...answers(review.request) } }),
  );
}

const service = (name: string, type = "LoadBalancer", namespace = "shop"): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { type, ports: [{ port: 80 }] },
});
const stored = (name: string) => api.store.get(`shop/${name}`);
const seen = () =>
  reviews.map(({ operation, name, dryRun }) => `${operation} ${name}${dryRun ? " dry" : ""}`);

describe("a CREATE is reviewed and then refused", () => {
  test("with 409 if the name exists; the review has a fresh uid", async () => {
    await api.create(service("web"));
    const { uid, resourceVersion } = stored("web")?.metadata ?? {};
    expect(await api.create(service("web"))).toMatchObject({ code: 409, reason: "AlreadyExists" });
    expect(seen()).toEqual(["CREATE web", "CREATE web"]);
    expect(reviews[1].object.metadata.uid).not.toBe(uid);
    expect(stored("web")?.metadata).toMatchObject({ uid, resourceVersion });
  });

  test("with 409 for all but one of parallel creates", async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => api.create(service("web"))));
    expect(outcomes.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect(reviews).toHaveLength(3);
  });

  test("with 403 by the quota, which is checked before existence", async () => {
    await api.create(service("web"));
    api.quota = 1;
    expect(await api.create(service("api"))).toMatchObject({ code: 403, reason: "Forbidden" });
    expect((await api.create(service("web"))).code).toBe(403);
    expect((await api.create(service("inner", "ClusterIP"))).code).toBe(201);
    expect(seen()).toEqual(["CREATE web", "CREATE api", "CREATE web"]);
  });

  test("with 403 by another webhook, as updates and deletes are", async () => {
    await api.create(service("web"));
    const before = stored("web");
    api.otherWebhook = "deny";
    expect((await api.create(service("api"))).code).toBe(403);
    expect((await api.update({ ...service("web", "ClusterIP") })).code).toBe(403);
    expect((await api.delete("shop/web")).code).toBe(403);
    expect(seen()).toEqual(["CREATE web", "CREATE api", "UPDATE web", "DELETE web"]);
    expect(stored("web")).toBe(before);
  });

  test("in a dry run like in earnest, and nothing is stored", async () => {
    expect((await api.create(service("web"), { dryRun: true })).code).toBe(201);
    expect(stored("web")).toBeUndefined();
    await api.create(service("web"));
    expect((await api.create(service("web"), { dryRun: true })).code).toBe(409);
    expect(seen()).toEqual(["CREATE web dry", "CREATE web", "CREATE web dry"]);
  });
});

describe("refused before any review", () => {
  test.each<[string, () => Promise<{ code: number }>, number]>([
    [
      "an update with a stale resourceVersion",
      () => api.update({ ...service("web"), metadata: { ...service("web").metadata, resourceVersion: "1" } }),
      409,
    ],
    [
      "an update for another uid",
      () => api.update({ ...service("web"), metadata: { ...service("web").metadata, uid: "other" } }),
      409,
    ],
    ["an update of what does not exist", () => api.update(service("none")), 404],
    ["a delete of what does not exist", () => api.delete("shop/none"), 404],
    ["a delete for another uid", () => api.delete("shop/web", { uid: "other" }), 409],
    ["an invalid name", () => api.create(service("Web")), 422],
    [
      "a node port out of range",
      () =>
        api.create({
          ...service("api"),
          spec: { type: "LoadBalancer", ports: [{ port: 80, nodePort: 80 }] },
        }),
      422,
    ],
  ])("%s", async (_, write, code) => {
    await api.create(service("web"));
    reviews = [];
    expect(await write()).toMatchObject({ code });
    expect(reviews).toEqual([]);
  });
});

describe("an update", () => {
  test("keeps uid and status, and makes a revision only if it changes something", async () => {
    await api.create(service("web"));
    const before = stored("web");
    expect((await api.update(service("web"))).object).toBe(before);
    await api.update(service("web", "ClusterIP"));
    expect(stored("web")).toMatchObject({
      metadata: { uid: before?.metadata.uid },
      spec: { type: "ClusterIP" },
    });
    expect(Number(stored("web")?.metadata.resourceVersion)).toBeGreaterThan(
      Number(before?.metadata.resourceVersion),
    );
  });

  test("is reviewed again if the object changed meanwhile", async () => {
    await api.create(service("web"));
    answers = ({ operation }) => {
      if (operation === "UPDATE" && reviews.length === 2) api.patchStatus("shop/web", { finalizers: ["f"] });
      return {};
    };
    expect((await api.update(service("web", "ClusterIP"))).code).toBe(200);
    expect(seen()).toEqual(["CREATE web", "UPDATE web", "UPDATE web"]);
  });
});

test("a generated name and the uid are in the validating review, not in the mutating one", async () => {
  const webhook = { url: `${url}/admit`, timeoutSeconds: 5, failurePolicy: "Fail" as const };
  api = new ApiServer({ webhook, mutatingWebhook: { ...webhook, url: `${url}/mutate` } });
  answers = () =>
    reviews.at(-1).path === "/mutate"
      ? {
          patch: Buffer.from(
            JSON.stringify([{ op: "add", path: "/metadata/annotations", value: { a: "b" } }]),
          ).toString("base64"),
        }
      : {};
  const { name: _, ...metadata } = { ...service("web").metadata, generateName: "web-" };
  const { object } = await api.create({ ...service("web"), metadata: metadata as Service["metadata"] });
  expect(object?.metadata).toMatchObject({
    name: expect.stringMatching(/^web-\w{5}$/),
    annotations: { a: "b" },
  });
  expect(reviews.map(({ path, name, object: sent }) => [path, name, sent.metadata.uid])).toEqual([
    ["/mutate", undefined, undefined],
    ["/admit", object?.metadata.name, object?.metadata.uid],
  ]);
});

describe("a delete", () => {
  test("with finalizers marks the object; the last finalizer removed deletes it without a review", async () => {
    await api.create(service("web"));
    api.patchStatus("shop/web", { finalizers: ["service.kubernetes.io/load-balancer-cleanup"] });
    expect((await api.delete("shop/web")).code).toBe(200);
    expect(stored("web")?.metadata.deletionTimestamp).toBeDefined();
    api.patchStatus("shop/web", { finalizers: [] });
    expect(stored("web")).toBeUndefined();
    expect(seen()).toEqual(["CREATE web", "DELETE web"]);
  });

  test("of a namespace's Services is reviewed item by item", async () => {
    for (const name of ["a", "b"]) await api.create(service(name));
    await api.create(service("c", "LoadBalancer", "other"));
    expect((await api.deleteCollection("shop")).map(({ code }) => code)).toEqual([200, 200]);
    expect(seen().slice(3)).toEqual(["DELETE a", "DELETE b"]);
  });
});

test("the cluster's identity stays until the cluster is rebuilt, which renews every uid and begins with low revisions", async () => {
  await api.create(service("web"));
  const { identity } = api;
  const uid = stored("web")?.metadata.uid;
  const { version } = api.store;
  expect(new ApiServer({ state: api.store.state() }).identity).toBe(identity);
  for (let write = 0; write < 5; write += 1) api.patchStatus("shop/web", { finalizers: [`${write}`] });
  api.rebuild();
  expect(api.identity).not.toBe(identity);
  expect(stored("web")?.metadata.uid).not.toBe(uid);
  expect(api.store.version).toBe(version);
});

const read = async (query: string, options?: Parameters<typeof readServices>[2]) => {
  const response = readServices(api, new URLSearchParams(query), options);
  const text = await response.text();
  return {
    status: response.status,
    lines: text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
};
const list = async (query: string) => {
  const { status, lines } = await read(query);
  return { ...lines[0], status, names: lines[0].items?.map(({ metadata }: Service) => metadata.name) };
};

describe("a list", () => {
  beforeEach(async () => {
    for (const name of ["a", "b", "c", "d"]) await api.create(service(name));
  });

  test("in pages is one state, whatever is written meanwhile", async () => {
    const first = await list("limit=3");
    expect([first.names, first.metadata.remainingItemCount]).toEqual([["kubernetes", "a", "b"], 2]);
    await api.delete("shop/c");
    await api.update(service("d", "ClusterIP"));
    await api.create(service("e"));
    const second = await list(`limit=3&continue=${encodeURIComponent(first.metadata.continue)}`);
    expect(second.names).toEqual(["c", "d"]);
    expect(second.items[1].spec.type).toBe("LoadBalancer");
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
    expect((await list("")).names).toEqual(["kubernetes", "a", "b", "d", "e"]);
  });

  test("cannot go on after a compaction, but for an inconsistent rest", async () => {
    const first = await list("limit=2");
    await api.create(service("e"));
    api.compact();
    const second = await list(`limit=2&continue=${first.metadata.continue}`);
    expect(second).toMatchObject({ status: 410, reason: "Expired", code: 410 });
    expect((await list(`continue=${second.metadata.continue}`)).names).toEqual(["b", "c", "d", "e"]);
  });

  test.each([
    ["continue=nonsense", 400],
    ["resourceVersion=later", 400],
    ["resourceVersion=4000", 504],
    ["labelSelector=a", 400],
  ])("%s answers %i", async (query, status) => expect((await list(query)).status).toBe(status));

  test.each([403, 429, 500, 503] as const)("that fails with %i answers a Status", async (status) => {
    api.failing = status;
    expect(await list("limit=2")).toMatchObject({ status, kind: "Status", code: status });
  });
});

describe("a watch", () => {
  const events = ({ lines }: Awaited<ReturnType<typeof read>>) =>
    lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ""}`.trim());
  const window = (from: number, milliseconds = 0) =>
    read(`watch=1&resourceVersion=${from}&allowWatchBookmarks=true&timeoutSeconds=8`, {
      windowMilliseconds: milliseconds,
    });

  test("gives what changed after a revision, then a bookmark", async () => {
    const from = api.store.version;
    await api.create(service("a"));
    await api.update(service("a", "ClusterIP"));
    await api.delete("shop/a");
    const { lines, status } = await window(from);
    expect(status).toBe(200);
    expect(events({ lines, status })).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "BOOKMARK"]);
    expect(lines.map(({ object }) => Number(object.metadata.resourceVersion))).toEqual([
      from + 1,
      from + 2,
      from + 3,
      from + 3,
    ]);
  });

  test("is empty, without a bookmark, where nothing was written since", async () =>
    expect((await window(api.store.version)).lines).toEqual([]));

  test("gives what changes while it is open, until timeout or it is ended", async () => {
    const from = api.store.version;
    api.secondMilliseconds = 5;
    const open = read(`watch=true&resourceVersion=${from}&timeoutSeconds=8`);
    const ending = new AbortController();
    const ended = read(`watch=1&resourceVersion=${from}`, { signal: ending.signal });
    await api.create(service("a"));
    ending.abort();
    expect(events(await ended)).toEqual(["ADDED a"]);
    expect(events(await open)).toEqual(["ADDED a"]);
  });

  test.each([
    ["event", 200],
    ["status", 410],
  ] as const)("from a compacted revision is refused by %s", async (how, status) => {
    const from = api.store.version;
    await api.create(service("a"));
    api.compact();
    api.expiredAs = how;
    const answer = await window(from);
    const [only] = answer.lines;
    expect([answer.status, answer.lines.length]).toEqual([status, 1]);
    expect(how === "event" ? [only.type, only.object.code] : ["ERROR", only.code]).toEqual(["ERROR", 410]);
  });

  test("from a revision that is still to come is silent, as after a restore from a backup", async () =>
    expect((await window(api.store.version + 100)).lines).toEqual([]));
});

test("over the network it takes its own token only, and answers only what lists and watches Services", async () => {
  const served = await serveApiServer(api);
  const get = (path: string, token = api.token) =>
    fetch(`${served.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await get("/api/v1/services", "other")).status).toBe(401);
  expect((await get("/api/v1/secrets")).status).toBe(404);
  const answer: any = await (await get("/api/v1/services?limit=1")).json();
  expect(answer.items[0].metadata.uid).toBe(api.identity);
  await served.close();
});
