/** One cluster that sends as much as it can gets 429, and takes nothing of another. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHARES } from "../../functions/fairShare.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";

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

describe.each(Object.keys(PATHS) as (keyof typeof PATHS)[])("%s", (kind) => {
  const post = (name: string, token = tokens.get(name) ?? "") =>
    app.call(PATHS[kind].path(name), {
      method: "POST",
      headers: { "content-type": "application/json", "x-mooring-token": token },
      body: PATHS[kind].body,
    });

  test("of a cluster that floods the app is refused with 429, and that of another cluster is not", async () => {
    expect((await post("two")).status).toBe(200);
    const flood = Array.from({ length: SHARES[kind].burst + 200 }, () => post("one"));
    const other = await post("two");
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(other.status).toBe(200);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    // Two reports of one cluster at the same time: the one that came later is repeated.
    expect(statuses.filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
  });

  test("returns when to retry, and names the cluster", async () => {
    const flood = await Promise.all(Array.from({ length: SHARES[kind].burst + 200 }, () => post("one")));
    const refused = flood.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused?.body.problems).toEqual([
      expect.stringContaining(`cluster one sends too many requests (${kind}): try again in`),
    ]);
  });

  test("with a wrong token uses nothing of the cluster's share", async () => {
    const wrong = await Promise.all(
      Array.from({ length: SHARES[kind].burst + 50 }, () => post("two", "wrong")),
    );
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([404]));
    expect((await post("two")).status).toBe(200);
  });
});
