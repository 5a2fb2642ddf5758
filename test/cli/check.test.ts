import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { markCurrent } from "../builders/current.ts";
import { cluster, frontend, balancerId, subnetId, subnetRow, VNET } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const A = "service.beta.kubernetes.io/azure-";

interface Sketch {
  name?: string;
  type?: string;
  annotations?: Record<string, string>;
}

const manifest = ({ name = "web", type = "LoadBalancer", annotations = {} }: Sketch = {}) =>
  [
    "apiVersion: v1",
    "kind: Service",
    "metadata:",
    `  name: ${name}`,
    "  namespace: shop",
    "  annotations:",
    `    ${A}load-balancer-internal: "true"`,
    ...Object.entries(annotations).map(([key, value]) => `    ${A}${key}: ${value}`),
    "spec:",
    `  type: ${type}`,
    "  ports: [{ port: 80 }]",
    "",
  ].join("\n");

const offline = (input: string, ...args: string[]) => runCli(["check", "--offline", ...args, "-"], { input });

describe("mooring check --offline", () => {
  test.each<[string, string, string[], number, string]>([
    ["a Service that is fine", manifest(), [], 0, "1 Service: 0 denied, 0 with warnings, 1 allowed"],
    [
      "nothing that builds anything",
      manifest({ type: "ClusterIP" }),
      [],
      0,
      "No Services of type LoadBalancer found.",
    ],
    ["documents of other kinds", "kind: ConfigMap\n---\nkind: Deployment\n", [], 0, "No Services"],
    [
      "a refusal names the place, the rule and the reason",
      manifest({ annotations: { "load-balancer-ipv4": '"10.1"' } }),
      [],
      1,
      `shop/web  deny\n  <stdin>:8:58  deny  address-malformed\n      ${A}load-balancer-ipv4: "10.1" is not a valid IPv4 address; use a form like 10.0.0.5`,
    ],
    [
      "a warning alone is no failure",
      manifest({ annotations: { "pls-visibility": '"*"' } }),
      [],
      0,
      "<stdin>:8:54  warn  pls-settings-without-create",
    ],
    [
      "but it is if requested",
      manifest({ annotations: { "pls-visibility": '"*"' } }),
      ["--warnings-as-errors"],
      1,
      "pls-settings-without-create",
    ],
    [
      "several documents and lists",
      `${manifest()}---\nkind: List\nitems:\n- {kind: Service, metadata: {name: b}, spec: {type: LoadBalancer}}\n- {kind: Pod}\n`,
      [],
      0,
      "2 Services: 0 denied, 0 with warnings, 2 allowed",
    ],
    [
      "as annotations of a pull request",
      manifest({ annotations: { "load-balancer-ipv4": '"10.1"' } }),
      ["-o", "github"],
      1,
      "::error file=<stdin>,line=8,col=58,title=address-malformed::shop/web: ",
    ],
  ])("%s", async (_, input, args, code, printed) => {
    const ran = await offline(input, ...args);
    expect([ran.code, ran.out, ran.err]).toEqual([code, expect.stringContaining(printed), ""]);
  });

  test("as JSON: the intent and every finding", async () => {
    const { out } = await offline(
      manifest({ annotations: { "pls-create": '"true"', "pls-name": '"-"' } }),
      "-o",
      "json",
    );
    expect(JSON.parse(out)).toMatchObject({
      services: [
        {
          namespace: "shop",
          name: "web",
          decision: "deny",
          intent: {
            internal: true,
            subnet: null,
            addresses: {},
            pls: { create: true, name: "-", natIpCount: 1 },
          },
          findings: [
            {
              rule: "pls-name-invalid",
              severity: "deny",
              field: `${A}pls-name`,
              value: "-",
              suggestions: [],
            },
          ],
        },
      ],
    });
  });

  test("as SARIF: every rule described, every finding placed", async () => {
    const { out } = await offline(
      manifest({ annotations: { "load-balancer-ipv4": '"10.1"' } }),
      "-o",
      "sarif",
    );
    const [run] = JSON.parse(out).runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toContain("address-malformed");
    expect(run.results).toMatchObject([
      {
        ruleId: "address-malformed",
        level: "error",
        locations: [
          { physicalLocation: { artifactLocation: { uri: "%3Cstdin%3E" }, region: { startLine: 8 } } },
        ],
      },
    ]);
  });

  test("a folder and standard input, with the namespace of Services that name none", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mooring-check-"));
    try {
      await writeFile(join(directory, "a.yaml"), manifest({ name: "a" }).replace("  namespace: shop\n", ""));
      await writeFile(join(directory, "b.json"), "{");
      const { code, out, err } = await runCli(["check", "--offline", "--namespace", "edge", directory, "-"], {
        input: manifest({ name: "c" }),
      });
      expect([code, out]).toEqual([
        2,
        "edge/a  allow\nshop/c  allow\n2 Services: 0 denied, 0 with warnings, 2 allowed; 1 error reading the manifests\n",
      ]);
      expect(err).toMatch(/^mooring: .*b\.json:1:2: /);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test("with existing Services, for rules about updates", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mooring-check-"));
    try {
      const old = join(directory, "old.yaml");
      await writeFile(old, manifest({ annotations: { "pls-create": '"true"' } }));
      expect((await offline(manifest(), "--old", old)).out).toContain("pls-withdrawn");
      const policy = join(directory, "policy.yaml");
      await writeFile(policy, "rules: { pls-withdrawn: deny }");
      expect((await offline(manifest(), "--old", old, "--policy", policy)).code).toBe(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe("unreadable input is reported completely, with exit code 2 and no stack trace", () => {
  test.each<[string, string, string[], string[]]>([
    [
      "broken YAML, each mistake with its place",
      'a: "b\nc: [\n',
      [],
      ['mooring: <stdin>:3:1: Missing closing "quote\n'],
    ],
    [
      "values that YAML 1.1 takes for booleans and numbers",
      manifest({ annotations: { "load-balancer-ipv4": "10.5", "pls-create": "yes" } }),
      [],
      ["<stdin>:8:58: ", "received number (quote it)", "<stdin>:9:50: ", "received boolean (quote it)"],
    ],
    [
      "a file that is not there",
      "",
      ["/nowhere.yaml"],
      ["/nowhere.yaml cannot be read: the file does not exist"],
    ],
    [
      "a folder without manifests",
      "",
      [import.meta.dirname],
      [": no manifests found (.yaml, .yml or .json)"],
    ],
    [
      "a format that does not exist",
      "",
      ["-o", "xml"],
      ["--output xml: unknown format; use one of text, json, sarif, github"],
    ],
    [
      "an option that does not exist",
      "",
      ["--nonsense"],
      ["unknown option '--nonsense'", "(see mooring check --help)"],
    ],
  ])("%s", async (_, input, args, problems) => {
    const { code, err } = await offline(input, ...args);
    expect(code).toBe(2);
    for (const problem of problems) expect(err).toContain(problem);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test("settings that name no installation, and where one comes from", async () => {
    const env = { MOORING_SUBSCRIPTIONS: "", AzureWebJobsStorage: "" };
    const { code, err } = await runCli(["check", "--direct", "--cluster", "one", "-"], {
      input: manifest(),
      env,
    });
    expect(code).toBe(2);
    expect(err).toMatch(
      /^mooring: MOORING_SUBSCRIPTIONS: [^]*\nmooring: AzureWebJobsStorage: [^]*run `npm start` for a local sandbox\n$/,
    );
  });

  test("a check that is neither offline nor for a cluster", async () =>
    expect((await runCli(["check", "-"], { input: manifest() })).err).toContain("no cluster specified"));
});

describe("mooring check against the inventory", () => {
  const env = {
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `c${randomBytes(6).toString("hex")}`,
  };
  const { tables } = createPorts(parseSettings(env)).ports;

  beforeAll(async () => {
    await markCurrent(tables);
    await tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await tables.subnets.transact(VNET.toLowerCase(), [
      { do: "put", key: "apps", value: subnetRow({ scannedAtUtc: new Date().toISOString() }) },
    ]);
    const holderId = frontend({}, balancerId("MC_two")).id;
    const value = { address: "10.0.1.50", assignment: { holderId, seenAtUtc: new Date().toISOString() } };
    await tables.addresses.transact(subnetId("apps").toLowerCase(), [
      { do: "put", key: addressKey("10.0.1.50"), value },
    ]);
  });
  afterAll(async () => {
    // Nothing that was only checked may have left a trace.
    expect(await Array.fromAsync(tables.declarations.list("one"))).toEqual([]);
    expect(await Array.fromAsync(tables.addresses.list(subnetId("apps").toLowerCase()))).toHaveLength(1);
  });

  const online = (input: string, ...args: string[]) =>
    runCli(["check", "--cluster", "one", ...args, "-"], { input, env });

  test("shows the holder of the address and the nearest free addresses", async () => {
    const { code, out } = await online(manifest({ annotations: { "load-balancer-ipv4": '"10.0.1.50"' } }));
    expect([code, out]).toEqual([
      1,
      expect.stringContaining("nearest free addresses: 10.0.1.49, 10.0.1.51, 10.0.1.48"),
    ]);
  });

  test("a free address is fine, and stays free", async () => {
    const ran = await online(manifest({ annotations: { "load-balancer-ipv4": '"10.0.1.60"' } }));
    expect([ran.code, ran.err]).toEqual([0, ""]);
  });

  test("a cluster that is not registered", async () => {
    const { code, err } = await runCli(["check", "--cluster", "two", "-"], { input: manifest(), env });
    expect([code, err]).toEqual([2, "mooring: there is no registered cluster two; available: one\n"]);
  });
});

test("mooring explain describes what AKS creates", async () => {
  const input = manifest({ annotations: { "pls-create": '"true"', "pls-visibility": '"*"' } });
  const { out } = await runCli(["explain", "-"], { input });
  expect(out).toContain("load balancer   internal, in the cluster's node resource group");
  expect(out).toContain("visible to      every subscription");
});
