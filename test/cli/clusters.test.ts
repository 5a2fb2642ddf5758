/** `mooring clusters`: tokens that are shown once, rotation without downtime, manifests that a cluster accepts unchanged. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Environment } from "@marcbachmann/cel-js";
import * as admission from "kubernetes-models/admissionregistration.k8s.io/v1";
import * as apps from "kubernetes-models/apps/v1";
import * as batch from "kubernetes-models/batch/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ownAccount } from "../azurite.ts";
import { placeOf } from "../builders/register.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

let storage: string;
let folder: string;
beforeAll(async () => {
  [storage, folder] = await Promise.all([ownAccount(), mkdtemp(join(tmpdir(), "mooring-clusters-"))]);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const ELSEWHERE = [
  "--resource-id",
  "one",
  "--node-resource-group",
  "g",
  "--vnet",
  "two",
  "--default-subnet",
  "s",
];

const mooring = (...args: string[]) =>
  runCli(args, {
    env: { AzureWebJobsStorage: storage, MOORING_SUBSCRIPTIONS: SUBSCRIPTION },
  });
const add = (name: string, ...args: string[]) => mooring("clusters", "add", name, ...placeOf(name), ...args);

describe("registration", () => {
  test("shows the token once, and never again", async () => {
    const { code, out } = await add("shown-once");
    expect(code).toBe(0);
    const [, token = ""] = /\/api\/admit\/shown-once\/([\w-]{43})\n/.exec(out) ?? [];
    expect(token).not.toBe("");
    const listed = await mooring("clusters", "list", "-o", "json");
    expect(listed.out).toContain('"shown-once"');
    expect(listed.out).not.toContain(token);
    expect(listed.out).not.toContain("hash");
  });

  test("refuses a name that is taken: the first cluster's token would end", async () => {
    await add("twice");
    expect(await add("twice")).toEqual({
      code: 2,
      out: "",
      err: "mooring: cluster twice is already registered: rotate its token, or remove it first\n",
    });
  });

  test("reports all invalid options together, and registers nothing", async () => {
    const wrong = await mooring(
      "clusters",
      "add",
      "wrong",
      ...ELSEWHERE,
      "--url",
      "http://x",
      "--timeout",
      "99",
      "--exclude",
      "A_b",
    );
    expect([wrong.code, wrong.err.trim().split("\n")]).toEqual([
      2,
      [
        "mooring: resourceId: not a managed cluster id",
        "mooring: vnetId: not a virtual network id",
        "mooring: --url: not an https URL",
        "mooring: --timeout: Too big: expected number to be <=30",
        "mooring: --exclude: not a namespace name",
      ],
    ]);
    expect((await mooring("clusters", "list")).out).not.toContain("wrong");
  });
});

describe("rotation", () => {
  test("keeps the first token for the overlap, and prints when it expires", async () => {
    await add("rotating");
    const { code, out } = await mooring("clusters", "rotate", "rotating", "--overlap-hours", "1");
    expect([code, out]).toEqual([0, expect.stringMatching(/second token; the first one expires at 2\d{3}-/)]);
    const listed = JSON.parse((await mooring("clusters", "list", "-o", "json")).out);
    expect(listed.find(({ name }: { name: string }) => name === "rotating").tokens).toEqual([
      { madeAtUtc: expect.any(String) },
      { madeAtUtc: expect.any(String), endsAtUtc: expect.any(String) },
    ]);
  });

  test("of a cluster that is not there names those there are", async () => {
    await add("known");
    const { code, err } = await mooring("clusters", "rotate", "unknown");
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/there is no registered cluster unknown; .*known/),
    ]);
  });
});

describe("the identity of a cluster", () => {
  const rebind = (...args: string[]) => mooring("clusters", "rebind", "renewed", ...args, "--reason", "test");
  beforeAll(() => add("renewed"));

  test.each<[string, string[]]>([
    ["neither an identity nor another cluster", []],
    ["both", ["--identity", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "--exchange", "other"]],
  ])("is not changed with %s", async (_, args) => {
    const { code, out, err } = await rebind(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("use --identity for a rebuilt cluster, or --exchange for two that were mixed up");
  });

  test("is not exchanged before the first list of each", async () => {
    await add("other");
    const { code, err } = await rebind("--exchange", "other");
    expect(code).toBe(2);
    for (const name of ["renewed", "other"]) expect(err).toContain(`cluster ${name} has no identity yet`);
  });
});

test("a removed cluster no longer exists, and its name is free", async () => {
  await add("leaving");
  expect((await mooring("clusters", "remove", "leaving")).code).toBe(0);
  expect((await mooring("clusters", "list")).out).not.toContain("leaving");
  expect((await mooring("clusters", "remove", "leaving")).code).toBe(2);
  expect((await add("leaving")).code).toBe(0);
});

// The Kubernetes API's own schemas, as the package carries them.
const MODELS: Record<string, Record<string, unknown>> = {
  v1: core,
  "apps/v1": apps,
  "batch/v1": batch,
  "policy/v1": policy,
  "networking.k8s.io/v1": networking,
  "rbac.authorization.k8s.io/v1": rbac,
  "admissionregistration.k8s.io/v1": admission,
};
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  [field: string]: any;
}

async function manifests(name: string, ...args: string[]): Promise<{ text: string; all: Manifest[] }> {
  const file = join(folder, `${name}.yaml`);
  const { code, err } = await add(name, "--url", "https://mooring.example.com", "--write", file, ...args);
  expect([code, err]).toEqual([0, ""]);
  const text = await readFile(file, "utf8");
  return { text, all: parseAllDocuments(text).map((one) => one.toJS() as Manifest) };
}
const named = (all: Manifest[], kind: string, name: string) =>
  all.find((one) => one.kind === kind && one.metadata.name === name);

describe("manifests", () => {
  test.each([
    ["the relay with a generated certificate", []],
    ["the relay with cert-manager", ["--certificate", "cert-manager"]],
    ["direct", ["--direct"]],
    [
      "everything",
      ["--mutate", "--exclude", "dev", "test", "--api-server-range", "10.9.0.0/28", "--timeout", "3"],
    ],
  ])("of %s are what the Kubernetes API takes, with nothing left to fill in", async (title, args) => {
    const { text, all } = await manifests(title.replaceAll(/[^a-z]+/g, "-"), ...args);
    expect(text).not.toMatch(/\{\{|undefined/);
    for (const manifest of all.filter(({ apiVersion }) => !apiVersion.startsWith("cert-manager.io/"))) {
      const Model = MODELS[manifest.apiVersion]?.[manifest.kind] as new (m: Manifest) => { validate(): void };
      expect(
        () => new Model(manifest).validate(),
        `${manifest.kind} ${manifest.metadata.name}`,
      ).not.toThrow();
    }
  });

  test("are for the owner's eyes only", async () => {
    await manifests("secretive");
    expect((await stat(join(folder, "secretive.yaml"))).mode & 0o777).toBe(0o600);
  });

  test("put the token into one Secret, and nowhere that more people can read", async () => {
    const { all } = await manifests("relayed", "--mutate");
    const token = named(all, "Secret", "mooring-token")?.["stringData"].token;
    expect(token).toMatch(/^[\w-]{43}$/);
    const holders = all.filter((one) => JSON.stringify(one).includes(token));
    expect(holders.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(["Secret/mooring-token"]);
  });

  test("leave cert-manager to fill in the authority, or bring their own", async () => {
    const client = (all: Manifest[]) => {
      const hook = named(all, "ValidatingWebhookConfiguration", "mooring");
      return [hook?.metadata.annotations, hook?.["webhooks"][0].clientConfig];
    };
    const service = { name: "mooring-relay", namespace: "mooring", path: "/admit", port: 443 };
    expect(client((await manifests("managed", "--certificate", "cert-manager")).all)).toEqual([
      { "cert-manager.io/inject-ca-from": "mooring/mooring-relay" },
      { service },
    ]);
    expect(client((await manifests("own")).all)).toEqual([
      undefined,
      { service, caBundle: expect.stringMatching(/^LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS/) },
    ]);
  });

  test("roll the relay when the token changes, and only then", async () => {
    const { all } = await manifests("rolling");
    const file = join(folder, "rolled.yaml");
    const args = ["--url", "https://mooring.example.com", "--write", file];
    await mooring("clusters", "rotate", "rolling", ...args);
    const after = parseAllDocuments(await readFile(file, "utf8")).map((one) => one.toJS() as Manifest);
    const checksum = (some: Manifest[]) =>
      named(some, "Deployment", "mooring-relay")?.["spec"].template.metadata.annotations;
    expect(checksum(after)).not.toEqual(checksum(all));
  });
});

describe("admission policies", () => {
  const policies = async (name: string, ...args: string[]) => {
    const { code, out, err } = await mooring("clusters", "policy", name, ...args);
    expect([code, err]).toEqual([0, ""]);
    return parseAllDocuments(out).map((one) => one.toJS() as Manifest);
  };

  test("are what the Kubernetes API takes: one denies, one warns", async () => {
    await add("judged");
    const all = await policies("judged", "--exclude", "dev");
    expect(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "ValidatingAdmissionPolicy mooring-deny",
      "ValidatingAdmissionPolicyBinding mooring-deny",
      "ValidatingAdmissionPolicy mooring-warn",
      "ValidatingAdmissionPolicyBinding mooring-warn",
    ]);
    for (const manifest of all) {
      const Model = MODELS[manifest.apiVersion]?.[manifest.kind] as new (m: Manifest) => { validate(): void };
      expect(() => new Model(manifest).validate(), manifest.kind).not.toThrow();
    }
    expect(all[0]?.["spec"].matchConstraints.namespaceSelector.matchExpressions[0].values).toEqual([
      "kube-system",
      "dev",
    ]);
    expect([all[1], all[3]].map((one) => one?.["spec"].validationActions)).toEqual([
      ["Deny", "Audit"],
      ["Warn", "Audit"],
    ]);
  });

  test("of a cluster that is not there are none", async () =>
    expect((await mooring("clusters", "policy", "absent")).code).toBe(2));
});

describe("the webhook is called", () => {
  const service = (type: string, annotations = {}, spec = {}) => ({
    metadata: { annotations },
    spec: { type, ...spec },
  });
  const [lb, ip] = [service("LoadBalancer"), service("ClusterIP")];
  const classed = service(
    "LoadBalancer",
    { "mooring.dev/address": "auto" },
    { loadBalancerClass: "a.example/b" },
  );
  const azure = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };
  const azured = service("LoadBalancer", azure, { loadBalancerClass: "a.example/b" });
  const azuredIp = service("ClusterIP", azure);
  const admin = "kubernetes-admin";
  const controller = "system:serviceaccount:kube-system:service-controller";
  let conditions: Record<"validating" | "mutating", { name: string; expression: string }[]>;
  beforeAll(async () => {
    const { all } = await manifests("conditions", "--mutate");
    const of = (kind: string) => named(all, kind, "mooring")?.["webhooks"][0].matchConditions;
    conditions = {
      validating: of("ValidatingWebhookConfiguration"),
      mutating: of("MutatingWebhookConfiguration"),
    };
  });
  // As the API server does: absent objects are null.
  const cel = new Environment({ unlistedVariablesAreDyn: true });
  const asked = (
    hook: "validating" | "mutating",
    operation: string,
    username: string,
    object: unknown,
    old: unknown,
  ) =>
    conditions[hook].every(
      ({ expression }) =>
        cel.evaluate(expression, {
          object,
          oldObject: old,
          request: { operation, userInfo: { username } },
        }) === true,
    );

  test.each([
    ["when a load balancer is made", "CREATE", admin, lb, null, true],
    ["when a Service becomes one", "UPDATE", admin, lb, ip, true],
    ["when it is one no more", "UPDATE", admin, ip, lb, true],
    ["when it is deleted", "DELETE", admin, null, lb, true],
    ["when the namespace controller deletes it", "DELETE", controller, null, lb, true],
    ["not when the controllers update it", "UPDATE", controller, lb, lb, false],
    ["not about any other Service", "CREATE", admin, ip, null, false],
    ["not when any other is deleted", "DELETE", admin, null, ip, false],
    ["not about another controller's load balancer", "CREATE", admin, classed, null, false],
    ["not when another controller's is updated", "UPDATE", admin, classed, classed, false],
    ["not when another controller's is deleted", "DELETE", admin, null, classed, false],
    [
      "about another controller's that is created with Azure annotations",
      "CREATE",
      admin,
      azured,
      null,
      true,
    ],
    ["not when that one is updated", "UPDATE", admin, azured, azured, false],
    ["not about another type with Azure annotations", "CREATE", admin, azuredIp, null, false],
    ["when a load balancer goes over to another controller", "UPDATE", admin, classed, lb, true],
  ])("%s", (_, operation, username, object, old, expected) =>
    expect(asked("validating", operation, username, object, old)).toBe(expected),
  );

  test.each([
    ["where an address is to be chosen", service("LoadBalancer", { "mooring.dev/address": "auto" }), true],
    ["where spec.loadBalancerIP is set", service("LoadBalancer", {}, { loadBalancerIP: "10.1.0.9" }), true],
    ["not where neither is", lb, false],
    ["not without annotations at all", { metadata: {}, spec: { type: "LoadBalancer" } }, false],
    ["not of another controller's", classed, false],
    ["not of another type", service("ClusterIP", { "mooring.dev/address": "auto" }), false],
  ])("the mutating webhook %s", (_, object, expected) =>
    expect(asked("mutating", "CREATE", admin, object, null)).toBe(expected),
  );
});
