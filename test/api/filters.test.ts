/** A filter that names something that nothing has is a problem, in the API and on the command line; one that merely finds nothing is not. */
import { beforeEach, describe, expect, test } from "vitest";
import { operations } from "../../api/operations.ts";
import { apiOver, apiWorld, type Ask } from "../builders/api.ts";

let ask: Ask;
beforeEach(async () => {
  ask = apiOver(await apiWorld());
});

const CLUSTER = "there is no cluster onee; did you mean one?";

test.each<[path: string, problem: RegExp | string]>([
  ["/findings?cluster=onee", `query.cluster: ${CLUSTER}`],
  [
    "/findings?check=load-balancer-basic-sk",
    "query.check: there is no check load-balancer-basic-sk; did you mean load-balancer-basic-sku?",
  ],
  ["/findings?scope=moring", "query.scope: there is no scope moring; did you mean mooring?"],
  ["/pls?cluster=onee", `query.cluster: ${CLUSTER}`],
  [
    "/pls?subscription=11111111-1111-1111-1111-111111111112",
    "query.subscription: there is no watched subscription 11111111-1111-1111-1111-111111111112; did you mean 11111111-1111-1111-1111-111111111111?",
  ],
  ["/connections?cluster=onee", `query.cluster: ${CLUSTER}`],
  [
    "/connections?pls=bm8",
    /^query\.pls: there is no Private Link Service with private endpoint connections and the key bm8/,
  ],
  [
    "/connections?consumer=22222222-2222-2222-2222-222222222223",
    /^query\.consumer: .* did you mean 22222222-2222-2222-2222-222222222222\?/,
  ],
  ["/orphans?cluster=onee", `query.cluster: ${CLUSTER}`],
  ["/refusals?cluster=onee", `query.cluster: ${CLUSTER}`],
  ["/journal?cluster=onee", `query.cluster: ${CLUSTER}`],
  ["/subnets?cluster=onee", `query.cluster: ${CLUSTER}`],
  ["/subnets?subscription=x", /^query\.subscription: there is no watched subscription x; available: 1/],
  ["/subnets?vnet=vnett", "query.vnet: there is no scanned virtual network vnett; did you mean vnet?"],
  ["/ip?subnet=appps", "there is no scanned subnet appps; did you mean apps?"],
  ["/ip?subnet=apps&vnet=vnett", "there is no scanned virtual network vnett; did you mean vnet?"],
  ["/ip/next?subnet=appps", "there is no scanned subnet appps; did you mean apps?"],
])("GET %s is a problem that names what was meant", async (path, problem) => {
  const { status, body } = await ask(`GET ${path}`);
  expect([status, body.problems]).toEqual([
    400,
    [typeof problem === "string" ? problem : expect.stringMatching(problem)],
  ]);
});

test.each([
  "/findings?cluster=ONE&state=resolved",
  "/findings?check=load-balancer-basic-sku&state=resolved",
  "/pls?cluster=ONE&state=off",
  "/journal?cluster=one",
  "/journal?who=bob",
  "/subnets?vnet=VNET",
  "/ip?subnet=APPS&vnet=VNET",
])("GET %s is an answer", async (path) => {
  expect((await ask(`GET ${path}`)).status).toBe(200);
});

describe("every filter of a list", () => {
  /** Filters without a set of valid names: text, times, pages, and actors. */
  const FREE = [
    "q",
    "limit",
    "continuation",
    "sinceUtc",
    "who",
    "days",
    "resource",
    "about",
    "count",
    "namespace",
  ];
  /** Checked against existing values. */
  const NAMED = ["cluster", "subscription", "check", "scope", "pls", "consumer", "vnet", "subnet"];

  test("is a list of values, is checked against existing values, or is free text", () => {
    const lists = operations.filter(({ method, query }) => method === "GET" && query !== undefined);
    const shapes = lists.flatMap(({ name, query }) =>
      Object.entries((query as { shape?: object }).shape ?? {}).map(([key, schema]) => ({
        name,
        key,
        schema,
      })),
    );
    expect(shapes.length).toBeGreaterThan(10);
    const open = shapes.filter(
      ({ key, schema }) => !isEnum(schema) && !FREE.includes(key) && !NAMED.includes(key),
    );
    expect(open.map(({ name, key }) => `${name}.${key}`)).toEqual([]);
  });
});

function isEnum(schema: unknown): boolean {
  const { def } = schema as { def?: { type: string; innerType?: unknown } };
  return def?.type === "enum" || (def?.innerType !== undefined && isEnum(def.innerType));
}
