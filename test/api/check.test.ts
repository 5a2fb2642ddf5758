import { describe, expect, test } from "vitest";
import { keyOf } from "../../api/key.ts";
import { admit } from "../../shared/admission/admit.ts";
import { apiOver, apiWorld, everything } from "../builders/api.ts";
import { cluster, subnetId } from "../builders/world.ts";

const AZURE = "service.beta.kubernetes.io/azure-";
const service = (annotations: Record<string, string> = {}, type = "LoadBalancer") => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "mine",
    namespace: "shop",
    annotations: { [`${AZURE}load-balancer-internal`]: "true", ...annotations },
  },
  spec: { type, ports: [{ port: 80 }] },
});
const ask = async (object: object, some: object = {}) => {
  const run = await apiWorld();
  const before = everything(run);
  const answer = await apiOver(run)("POST /check", {
    as: "reader",
    body: { cluster: "one", manifest: JSON.stringify(object), ...some },
  });
  expect(everything(run)).toEqual(before);
  return { run, ...answer };
};
const ipv4 = `${AZURE}load-balancer-ipv4`;

describe("the verdict on a pasted Service stores nothing and equals the verdict of admission", () => {
  test.each([
    [
      "a list with nothing in it",
      "kind: List\nitems: [null]\n",
      "manifest: must contain exactly one Service; found 0",
    ],
    ["a list that is none", "kind: List\nitems: 5\n", "manifest: must contain exactly one Service; found 0"],
    [
      "a list of Services that are none",
      "kind: ServiceList\nitems: [null]\n",
      "manifest:2:9: : Invalid input",
    ],
    [
      "aliases of aliases of aliases",
      `a0: &a0 [x]\n${[1, 2, 3, 4].map((n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]\n`).join("")}kind: Service\n`,
      "manifest:1:1: Excessive alias count",
    ],
  ])("%s is reported as an invalid request", async (_, manifest, problem) => {
    const { status, body } = await ask({}, { manifest });
    expect([status, body.problems]).toEqual([400, [expect.stringContaining(problem)]]);
  });

  test.each<[string, object, string]>([
    ["fine", service(), "allow"],
    ["a free address", service({ [ipv4]: "10.0.1.40" }), "allow"],
    ["a reserved address", service({ [ipv4]: "10.0.1.20", [`${AZURE}pls-create`]: "true" }), "deny"],
    ["Azure's own address", service({ [ipv4]: "10.0.1.1" }), "deny"],
    ["an address elsewhere", service({ [ipv4]: "10.9.9.9" }), "deny"],
    ["a word that is none", service({ [`${AZURE}load-balancer-intrenal`]: "true" }), "warn"],
    ["no load balancer", service({}, "ClusterIP"), "allow"],
  ])("%s", async (_, object, decision) => {
    const { run, body } = await ask(object);
    const review = {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: "u",
        kind: { kind: "Service" },
        namespace: "shop",
        name: "mine",
        operation: "CREATE",
        dryRun: true,
        object,
      },
    } as const;
    const { allowed, status, warnings = [] } = await admit(run, cluster(), review);
    expect([body.decision, body.decision !== "deny"]).toEqual([decision, allowed]);
    for (const warning of warnings) expect(body.kubectl).toContain(`Warning: ${warning}`);
    expect(body.kubectl.endsWith(status?.message ?? "service/mine created")).toBe(true);
    if (!allowed)
      expect(body.kubectl).toContain('admission webhook "services.mooring.dev" denied the request: ');
  });

  test("places where it would be, with what is free instead", async () => {
    const { body } = await ask(service({ [ipv4]: "10.0.1.20" }));
    expect(body.places).toEqual([
      {
        subnetKey: keyOf(subnetId("apps")),
        subnet: "apps",
        address: "10.0.1.20",
        suggestions: ["10.0.1.19", "10.0.1.21", "10.0.1.18"],
        free: false,
      },
    ]);
    expect((await ask(service())).body.places).toEqual([
      {
        subnetKey: keyOf(subnetId("apps")),
        subnet: "apps",
        suggestions: ["10.0.1.4", "10.0.1.5", "10.0.1.6"],
      },
    ]);
  });
});

describe("a Service that requests any address", () => {
  const auto = service({ "mooring.dev/address": "auto" });

  test("is judged with the one that it would get", async () => {
    const { body } = await ask(auto);
    expect([body.decision, body.places[0]]).toMatchObject(["allow", { address: "10.0.1.4", free: true }]);
  });

  test("is refused with the message of the mutating webhook if no address is free", async () => {
    const { body } = await ask(
      service({ "mooring.dev/address": "auto", "mooring.dev/address-pool": "none" }),
    );
    expect([body.decision, body.kubectl]).toEqual([
      "deny",
      expect.stringContaining(
        'webhook "addresses.mooring.dev" denied the request: mooring.dev/address-pool: pool "none" not found',
      ),
    ]);
  });
});

test.each<[string, object, string]>([
  ["YAML that is none", { manifest: "a: [" }, "manifest:1:5: "],
  ["no Service in it", { manifest: "kind: Pod" }, "manifest: must contain exactly one Service; found 0"],
  [
    "two Services",
    { manifest: `${JSON.stringify(service())}\n---\n${JSON.stringify(service())}` },
    "found 2",
  ],
  ["a Service that is none", { manifest: "kind: Service\nmetadata: {name: [1]}" }, "metadata.name"],
  [
    "a cluster that is not registered",
    { cluster: "none" },
    "there is no registered cluster none; did you mean one?",
  ],
  [
    "one without a similar name",
    { cluster: "west" },
    "there is no registered cluster west; available: old, one",
  ],
])("refuses %s and reports the field", async (_, some, problem) => {
  const { status, body } = await ask(service(), some);
  expect([status, body.problems.join()]).toEqual([400, expect.stringContaining(problem)]);
});
