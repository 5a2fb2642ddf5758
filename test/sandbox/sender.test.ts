/** The sandbox's sender reports a cluster's Services by the protocol of declarations. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiServer } from "../../dev/sandbox/cluster/apiServer.ts";
import { Sender } from "../../dev/sandbox/cluster/sender.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { startFakeMooring, type FakeMooring } from "../builders/fakeMooring.ts";

let fake: FakeMooring;
let api: ApiServer;
let sender: Sender;

beforeEach(async () => {
  fake = await startFakeMooring();
  api = new ApiServer();
  sender = new Sender(`${fake.url}/${fake.token}`, api);
  for (const name of ["a", "b", "c"]) await api.create(service(name));
});
afterEach(() => fake.close());

const service = (name: string): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
});
const names = () => [...fake.services.keys()].toSorted();

describe("confirm", () => {
  test("reports a list in pages, then what changed", async () => {
    fake.pageSize = 2;
    expect(await sender.confirm()).toEqual({ status: 200, body: { outcome: "list" } });
    expect(names()).toEqual(["default/kubernetes", "shop/a", "shop/b", "shop/c"]);
    await api.delete("shop/a");
    await api.create(service("d"));
    expect(await sender.confirm()).toEqual({ status: 200, body: { outcome: "window" } });
    expect(names()).toEqual(["default/kubernetes", "shop/b", "shop/c", "shop/d"]);
    expect(fake.posts.map(({ sequence, status }) => [sequence, status])).toEqual([
      [undefined, undefined],
      ["s1.1", "200"],
      ["s1.2", "200"],
      ["s1.3", "200"],
    ]);
  });

  test("takes an empty window for a confirmation", async () => {
    await sender.confirm();
    expect((await sender.confirm()).body).toEqual({ outcome: "window" });
    expect(fake.posts.at(-1)?.body).toBe("");
  });

  test("does not count a list that began before the call", async () => {
    fake.pageSize = 2;
    await sender.step();
    await sender.step();
    await api.create(service("late"));
    await sender.confirm();
    expect(names()).toContain("shop/late");
  });

  test.each(["event", "status"] as const)("lists again after 410 by %s", async (how) => {
    await sender.confirm();
    api.expiredAs = how;
    await api.create(service("d"));
    api.compact();
    expect((await sender.confirm()).body).toEqual({ outcome: "list" });
    expect(names()).toContain("shop/d");
  });

  test("survives a lost answer: the post is sent again under the same sequence", async () => {
    fake.trouble = (_, number) => (number === 2 ? "lose" : undefined);
    await sender.confirm();
    expect(fake.posts.map(({ sequence }) => sequence)).toEqual([undefined, "s1.1", "s1.1", "s1.2"]);
  });

  test("gives the refusal of a list of another cluster, and goes on when it is right again", async () => {
    await sender.confirm();
    await sender.restart();
    sender.apiServer = new ApiServer();
    expect((await sender.confirm()).status).toBe(409);
    sender.apiServer = api;
    expect((await sender.confirm()).status).toBe(200);
    expect(names()).toHaveLength(4);
  });

  test("reports a body over the limit by 413 and no body", async () => {
    const annotations = { big: "x".repeat(600_000) };
    for (const name of ["w", "x", "y", "z"])
      await api.create({ ...service(name), metadata: { name, namespace: "shop", annotations } });
    expect((await sender.confirm()).status).toBe(200);
    expect(fake.posts.filter(({ status }) => status === "413").every(({ body }) => body === "")).toBe(true);
    expect(fake.pageSize).toBeLessThan(500);
    expect(names()).toHaveLength(8);
  });

  test("forwards a failure of the API server", async () => {
    await sender.step();
    api.failing = 403;
    await sender.step();
    expect(fake.posts.at(-1)).toMatchObject({ status: "403", body: expect.stringContaining("Forbidden") });
    api.failing = undefined;
    expect((await sender.confirm()).status).toBe(200);
  });
});

test("the loop reports a change immediately when confirm ends its window, and stops on request", async () => {
  const stop = new AbortController();
  const loop = sender.run(stop.signal);
  await fake.until(() => fake.lists === 1);
  await api.create(service("d"));
  await sender.confirm();
  expect(names()).toContain("shop/d");
  stop.abort();
  await loop;
});
