/** One cluster that sends as much as it can gets 429, and takes nothing of another. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHARES, withinShare } from "../../functions/fairShare.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { memoryRun } from "../memory/run.ts";

let app: HostedApp;
const tokens = new Map<string, string>();
beforeAll(async () => {
  app = await hostedApp();
  for (const name of ["one", "two"]) tokens.set(name, await register(name, app.settings));
});
afterAll(() => app.close());

/** Of a kind that nothing is stored of. */
const review = JSON.stringify({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "u",
    kind: { group: "", version: "v1", kind: "Service" },
    operation: "CREATE",
    namespace: "shop",
    name: "web",
    object: { metadata: { name: "web", namespace: "shop" }, spec: { type: "ClusterIP" } },
  },
});

const PATHS = {
  admission: { path: (name: string) => `/api/admit/${name}`, body: review },
  declarations: { path: (name: string) => `/api/clusters/${name}/declarations`, body: "" },
} as const;
const KINDS = Object.keys(PATHS) as (keyof typeof PATHS)[];

/**
 * A body without a length counts as the largest, so that these requests use the bytes of two minutes: however slowly they arrive, the share
 * does not come back as fast.
 */
const FLOOD = 40;

/** Several answers at the same time: a report that meets another one of its cluster is repeated (503). */
const EXPECTED = [200, 429, 503];

const quick = async () => ({ status: 200 });

describe.each(KINDS)("%s", (kind) => {
  const post = (
    name: string,
    token = tokens.get(name) ?? "",
    body: string | ReadableStream = PATHS[kind].body,
  ) =>
    app.call(PATHS[kind].path(name), {
      method: "POST",
      headers: { "content-type": "application/json", "x-mooring-token": token },
      body,
      duplex: "half",
    });
  const flood = (name: string, token?: string) =>
    Array.from({ length: FLOOD }, () => post(name, token, new Blob([PATHS[kind].body]).stream()));

  test("of a cluster that floods the app is refused with 429, and that of another cluster is not", async () => {
    expect((await post("two")).status).toBe(200);
    const flooding = flood("one");
    const other = await post("two");
    const statuses = (await Promise.all(flooding)).map(({ status }) => status);
    expect(other.status).toBe(200);
    expect(statuses).toContain(429);
    expect(statuses.filter((status) => !EXPECTED.includes(status))).toEqual([]);
  });

  test("returns when to retry, and names the cluster", async () => {
    const refused = (await Promise.all(flood("one"))).find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused?.body.problems).toEqual([
      expect.stringContaining(`cluster one sends too many requests (${kind}): try again in`),
    ]);
  });

  test("with a wrong token uses nothing of the cluster's share", async () => {
    const wrong = await Promise.all(flood("two", "wrong"));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([404]));
    expect((await post("two")).status).toBe(200);
  });

  test("is limited by the number of requests as well, whatever their size", async () => {
    const request = { headers: new Headers({ "content-length": "0" }) };
    const run = memoryRun();
    const statuses = new Set<number | undefined>();
    for (let index = 0; index < SHARES[kind].burst + 10_000; index += 1)
      statuses.add((await withinShare(run, { kind, cluster: "busy", request }, quick)).status);
    expect(statuses).toEqual(new Set([200, 429]));
  });
});
