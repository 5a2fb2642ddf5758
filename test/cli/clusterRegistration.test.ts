/** `mooring clusters add` and `discover` against ARM: only what ARM confirms is registered, also forty clusters at once. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownAccount } from "../azurite.ts";
import { GROUP, testArm, VNET, vnetBody, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const UNKNOWN_SUBSCRIPTION = "99999999-9999-4999-8999-999999999999";
const NAMES = Array.from({ length: 40 }, (_, n) => `aks-${String(n).padStart(2, "0")}`);
const idOf = (name: string) => `${GROUP}/providers/Microsoft.ContainerService/managedClusters/${name}`;

let [arm, served, folder]: [TestArm?, ServedArm?, string?] = [];
let storage: string;
let env: Record<string, string>;

beforeAll(async () => {
  [storage, folder, arm] = await Promise.all([
    ownAccount(),
    mkdtemp(join(tmpdir(), "mooring-register-")),
    testArm(),
  ]);
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  for (const name of NAMES)
    await arm.put(idOf(name), {
      location: "westeurope",
      properties: { agentPoolProfiles: [{ name: "system", vnetSubnetID: `${VNET}/subnets/apps` }] },
    });
  served = await serveArm(arm, folder);
  env = {
    ...served.env,
    AzureWebJobsStorage: storage,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
  };
});
afterAll(async () => {
  await served?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

let tests = 0;
// Each test has separate tables.
beforeEach(() => {
  env = { ...env, MOORING_TABLE_PREFIX: `test${(tests += 1)}` };
});

const clusters = (args: readonly string[], more: Record<string, string> = {}) =>
  runCli(["clusters", ...args], { env: { ...env, ...more } });
const registered = async () => JSON.parse((await clusters(["list", "-o", "json"])).out);

describe("adding", () => {
  test("names every value that ARM does not confirm, and registers nothing", async () => {
    const { code, out, err } = await clusters([
      "add",
      "one",
      "--resource-id",
      idOf("aks-00"),
      "--node-resource-group",
      "MC_other",
      "--vnet",
      `${VNET}-gone`,
      "--default-subnet",
      "nodes",
    ]);
    expect([code, out]).toEqual([2, ""]);
    expect(err.trim().split("\n")).toEqual([
      "mooring: nodeResourceGroup: MC_other is not the node resource group of managed cluster aks-00; it is MC_rg_aks-00_westeurope",
      `mooring: vnetId: virtual network vnet-gone does not exist or is not visible to Mooring; managed cluster aks-00 is in vnet (${VNET})`,
    ]);
    expect(await registered()).toEqual([]);
  });

  test("needs no more than the id, and shows what ARM reported", async () => {
    expect((await clusters(["add", "one", "--resource-id", idOf("aks-00")])).code).toBe(0);
    expect(await registered()).toMatchObject([
      {
        name: "one",
        nodeResourceGroup: "MC_rg_aks-00_westeurope",
        vnetId: VNET,
        defaultSubnet: "apps",
        contradictions: [],
      },
    ]);
    const { out } = await clusters(["show", "one"]);
    expect(out).toMatch(/identity: +not bound yet: no orphans can be proved\n/);
    expect(out).toMatch(/checked against ARM: +yes\n/);
  });

  test("unchecked needs a reason, which the list shows", async () => {
    const place = ["--node-resource-group", "MC_gone", "--vnet", VNET, "--default-subnet", "apps"];
    const add = ["add", "gone", "--resource-id", idOf("gone"), ...place];
    const { code, err } = await clusters([...add, "--unchecked"]);
    expect([code, err]).toEqual([2, "mooring: unchecked: must be a reason of 1 to 500 characters\n"]);
    expect((await clusters([...add, "--unchecked", "--reason", "moved"])).code).toBe(0);
    expect((await clusters(["list"])).out).toMatch(/^gone .* unchecked /m);
  });
});

describe("discovering", () => {
  const url = ["--url", "https://mooring.example.com"];

  test("prints commands that a shell takes as they are, no wider than a terminal", async () => {
    const { code, out } = await clusters(["discover"]);
    expect(code).toBe(0);
    expect(out).toContain("40 not registered, 0 registered.");
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    const joined = out.replaceAll("\\\n", "");
    for (const name of NAMES)
      expect(joined).toContain(`\nmooring clusters add ${name} --resource-id ${idOf(name)}\n`);
  });

  test("names what cannot be registered before anything is", async () => {
    const { code, err } = await clusters(["discover", "--register", "aks-01", "none", ...url]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^mooring: --register none: not found; unregistered clusters: /),
    ]);
    expect((await clusters(["discover", "--register", "--all"])).code).toBe(2);
    expect(await registered()).toHaveLength(0);
  });

  test("lists what it can read, names the subscription that it cannot, and exits with 3", async () => {
    const both = { MOORING_SUBSCRIPTIONS: `${SUBSCRIPTION},${UNKNOWN_SUBSCRIPTION}` };
    const { code, out, err } = await clusters(["discover"], both);
    expect(code).toBe(3);
    expect(out).toContain("40 not registered");
    expect(err).toContain(`managed clusters of subscription ${UNKNOWN_SUBSCRIPTION} could not be read`);
  });

  test("registers all of them, each token in a separate file", async () => {
    const target = await mkdtemp(join(folder ?? "", "manifests-"));
    const { code, out } = await clusters(["discover", "--register", "--all", "--folder", target, ...url]);
    expect([code, out]).toEqual([0, expect.stringMatching(/\n40 of 40 registered\./)]);
    const files = (await readdir(target)).filter((name) => name.startsWith("mooring-"));
    expect(files).toHaveLength(40);
    expect(await readFile(join(target, "mooring-aks-39.yaml"), "utf8")).toContain("kind: Secret");
    expect(out).not.toMatch(/[\w-]{43}\s/);
    expect((await clusters(["discover"])).out).toContain(
      "All 40 managed clusters of the watched subscriptions are registered",
    );
  });
});
