import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pageOf } from "../../api/page.ts";
import { applied, apiOver, apiWorld, type Ask } from "../builders/api.ts";

async function pages(ask: Ask, path: string, limit: number): Promise<any[]> {
  const all: any[] = [];
  let rest = "";
  for (;;) {
    const { status, body } = await ask(`GET ${path}${path.includes("?") ? "&" : "?"}limit=${limit}${rest}`);
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    all.push(...body.items);
    if (body.continuation === undefined) return all;
    expect(body.items.length).toBe(limit);
    rest = `&continuation=${encodeURIComponent(body.continuation)}`;
  }
}

describe("the pages of a list, one after another, are the list", () => {
  test.each(["/findings?state=all", "/audits", "/subnets", "/pls", "/connections", "/journal", "/orphans"])(
    "%s",
    async (path) => {
      const run = await apiWorld();
      await applied(run);
      const ask = apiOver(run);
      const whole = (await ask(`GET ${path}${path.includes("?") ? "&" : "?"}limit=1000`)).body;
      expect(whole.continuation).toBeUndefined();
      expect(whole.items.length).toBeGreaterThan(0);
      for (const limit of [1, 2, 3, 1000]) expect(await pages(ask, path, limit)).toEqual(whole.items);
    },
  );
});

test("pages of any length add up to the complete list in order, each item once", () =>
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 9 }), (texts, limit) => {
      const all: string[] = [];
      let continuation: string | undefined;
      do {
        const page = pageOf(texts, (text) => text, { limit, continuation, show: (text) => text });
        all.push(...page.items);
        continuation = page.continuation;
      } while (continuation !== undefined);
      expect(all).toEqual(texts.toSorted((a, b) => (a < b ? -1 : 1)));
    }),
  ));

test("what comes and goes between two pages shifts nothing", () => {
  const show = (text: string) => text;
  const first = pageOf(["b", "d", "f"], show, { limit: 2, show });
  const second = pageOf(["a", "d", "e", "f"], show, { limit: 2, continuation: first.continuation, show });
  expect([first.items, second.items]).toEqual([
    ["b", "d"],
    ["e", "f"],
  ]);
});

test.each<[string, string, string[]]>([
  ["by severity", "/findings?severity=error", ["0123456789ab"]],
  ["by check", "/findings?check=load-balancer-basic-sku&limit=1", ["000000000000"]],
  ["by what they are about, in any case", `/findings?q=ALL%20SUBSCRIPTIONS`, ["0123456789ab"]],
  ["resolved ones", "/findings?state=resolved", []],
  ["acknowledged ones", "/findings?state=acknowledged", []],
])("findings are filtered %s", async (_, path, ids) => {
  const { body } = await apiOver(await apiWorld())(`GET ${path}`);
  expect(body.items.map(({ id }: any) => id)).toEqual(ids);
});

test.each<[string, string, string[]]>([
  ["by pending status", "/connections?status=Pending", ["pe.2", "pe.3"]],
  ["by consumer", "/connections?consumer=22222222-2222-2222-2222-222222222222", ["pe.2"]],
  ["Private Link Services by state", "/pls?state=differs", ["pls"]],
  ["Private Link Services by another state", "/pls?state=off", []],
  ["Private Link Services by text", "/pls?q=SHOP/web", ["pls"]],
  ["subnets by prefix", "/subnets?q=10.0.2", ["empty"]],
  ["subnets by cluster", "/subnets?cluster=one", ["apps", "empty"]],
  ["subnets by network", "/subnets?vnet=vnet", ["apps", "empty"]],
  ["orphans by kind", "/orphans?kind=pls", []],
  ["orphans by cluster", "/orphans?cluster=old", ["kubernetes-internal"]],
])("lists are filtered %s", async (_, path, names) => {
  const { body } = await apiOver(await apiWorld())(`GET ${path}`);
  expect(body.items.map(({ name }: any) => name)).toEqual(names);
});

test("the journal is filtered by resource and what is below it, capability, outcome and person", async () => {
  const run = await apiWorld();
  await applied(run);
  const ask = apiOver(run);
  const [pls, connection] = (await ask("GET /journal")).body.items
    .map(({ change }: any) => change.resourceId)
    .toSorted();
  const count = async (query: string) => (await ask(`GET /journal?${query}`)).body.items.length;
  expect(await count(`resource=${encodeURIComponent(pls)}`)).toBe(2);
  expect(await count(`resource=${encodeURIComponent(connection)}`)).toBe(1);
  expect(await count("capability=privateLinkServices")).toBe(1);
  expect(await count("outcome=failed")).toBe(0);
  expect(await count("who=ada@example.com")).toBe(2);
  expect(await count("who=bob")).toBe(0);
});
