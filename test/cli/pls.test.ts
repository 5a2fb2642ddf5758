/** Private Link Services, connections, journal and undo as a person uses them, on the sandbox: what is printed, and what Azure then has. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import type { Tables } from "../../shared/ports/ports.ts";
import {
  BALANCER,
  balancerBody,
  frontendBody,
  plsBody,
  armWithPls,
  PLS,
  NET,
  type TestArm,
} from "../builders/arm.ts";
import { confirmSince } from "../builders/confirmed.ts";
import { markCurrent } from "../builders/current.ts";
import { endpointBody, PARTNER_ENDPOINT } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { cluster, declared, intent, plsIntent, PARTNER, UID } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const OURS = `${NET}/privateLinkServices/ours`;
const TAGS = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/web" };

let directory: string;
let arm: TestArm;
let served: ServedArm;
let env: Record<string, string>;
let tables: Tables;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-cli-pls-"));
});
afterEach(() => served.close());
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A PLS whose visibility another writer changed, and a pending connection. */
beforeEach(async () => {
  arm = await armWithPls();
  served = await serveArm(arm, directory);
  env = {
    ...served.env,
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `l${randomBytes(6).toString("hex")}`,
    MOORING_OPERATOR: "ada",
  };
  ({ tables } = createPorts(parseSettings(env)).ports);
  await markCurrent(tables);
  const registered = cluster({ nodeResourceGroup: "rg" });
  await tables.clusters.transact("all", [{ do: "put", key: "one", value: registered }]);
  const pls = plsIntent({ visibility: [SUBSCRIPTION, PARTNER] });
  const value = declared({ intent: intent({ pls }), observedAtUtc: new Date().toISOString() });
  await tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  const frontends = [frontendBody("fe"), frontendBody(baseName(UID))];
  await arm.put(BALANCER, balancerBody(...frontends));
  await makeVisible("*");
  await arm.put(PARTNER_ENDPOINT, { ...endpointBody("manualPrivateLinkServiceConnections", OURS) });
  await confirmSince(tables, OURS, (await arm.send("GET", OURS)).body.etag);
});

/** Another writer sets the visibility. */
async function makeVisible(to: string): Promise<void> {
  const frontend = [{ id: `${BALANCER}/frontendIPConfigurations/${baseName(UID)}` }];
  const open = { visibility: { subscriptions: [to] }, loadBalancerFrontendIpConfigurations: frontend };
  await arm.put(OURS, { ...plsBody(open), tags: TAGS });
}

const mooring = (...args: string[]) => runCli(args, { env });
const visibility = async () => (await arm.send("GET", OURS)).body.properties.visibility.subscriptions;
const connectionOf = async () => (await arm.send("GET", OURS)).body.properties.privateEndpointConnections[0];

describe("mooring pls", () => {
  test("list shows which are in sync, which differ, and which are unowned", async () => {
    const { code, out } = await mooring("pls", "list");
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +RESOURCE GROUP +SERVICE +VISIBILITY +PENDING +STATE\n/);
    expect(out).toMatch(/ours +rg +one\/shop\/web +\* +1 +differs \(visibility, subnet\)/);
    expect(out).toMatch(/pls +rg +- +22222222-[\w-]+ +0 +unowned/);
    for (const line of out.split("\n")) expect(line.length).toBeLessThan(120);
  });

  test("plan shows the change with reason and evidence, writes nothing, and may set the exit code", async () => {
    const { code, out } = await mooring("pls", "plan", "ours", "--detailed-exitcode");
    expect(code).toBe(2);
    expect(out).toContain(`~ ${OURS}\n    Service one/shop/web declares visibility otherwise\n`);
    expect(out).toContain(
      `  ~ properties.visibility.subscriptions: ["*"] -> ["${SUBSCRIPTION}","${PARTNER}"]\n`,
    );
    expect(out).toMatch(/Plan: 0 to make, 1 to change, 0 to delete\.\n$/);
    expect(await visibility()).toEqual(["*"]);
    expect((await mooring("pls", "plan", "pls", "--detailed-exitcode")).code).toBe(0);
  });

  test("reconcile requires confirmation; without a terminal it requires --yes", async () => {
    const { code, err } = await mooring("pls", "reconcile", "ours");
    expect([code, err]).toEqual([
      2,
      "mooring: confirmation is required, but standard input is not a terminal; use --yes\n",
    ]);
    expect(await visibility()).toEqual(["*"]);
  });

  test("reconcile repairs the PLS, the journal records who and why, undo reverts it", async () => {
    await makeVisible(SUBSCRIPTION);
    await confirmSince(tables, OURS, (await arm.send("GET", OURS)).body.etag);
    const done = await mooring("pls", "reconcile", "ours", "--yes");
    expect([done.code, done.out]).toEqual([
      0,
      expect.stringMatching(/applied .*\/ours \(journal [\w-]+\)\n$/),
    ]);
    expect(await visibility()).toEqual([SUBSCRIPTION, PARTNER]);
    const [entry] = JSON.parse((await mooring("journal", "list", "-o", "json")).out);
    expect(entry).toMatchObject({
      outcome: "applied",
      who: "ada (direct)",
      cause: "manual reconcile",
    });
    const shown = (await mooring("journal", "show", entry.id.slice(0, 8), "-o", "yaml")).out;
    expect(shown).toContain("who: ada (direct)");
    expect(shown).toContain("before:\n");
    const undone = await mooring("undo", entry.id, "--yes");
    expect([undone.code, undone.out]).toEqual([0, expect.stringContaining(`undo of ${entry.id}`)]);
    expect(await visibility()).toEqual([SUBSCRIPTION]);
  });

  test("undo gives no access that the Service does not declare, and states what to do", async () => {
    await mooring("pls", "reconcile", "ours", "--yes");
    const [entry] = JSON.parse((await mooring("journal", "list", "-o", "json")).out);
    expect(await mooring("undo", entry.id, "--yes")).toMatchObject({
      code: 1,
      err: "mooring: nothing can be undone. Access of * is not restored: it follows the annotations of the Service (azure-pls-visibility, azure-pls-auto-approval).\n",
    });
    expect(await visibility()).toEqual([SUBSCRIPTION, PARTNER]);
  });

  test("all unknown names are reported", async () => {
    const { code, err } = await mooring("pls", "plan", "ours", "x", "y");
    expect([code, err]).toEqual([
      2,
      ["x", "y"]
        .map(
          (name) =>
            `mooring: there is no Private Link Service ${name}; available: ours, pls; run \`mooring pls list\`\n`,
        )
        .join(""),
    ]);
  });
});

describe("mooring connections", () => {
  test("list is the inbox: pending connections and their consumers", async () => {
    const { out } = await mooring("connections", "list");
    expect(out).toMatch(/^NAME +PLS +SERVICE +CONSUMER +STATUS +DESCRIPTION\n/);
    expect(out).toMatch(new RegExp(`pe\\.[\\w-]+ +ours +one/shop/web +${PARTNER} +Pending`));
    expect(out).not.toContain(" pls ");
  });

  test.each([
    ["approve", "Approved"],
    ["reject", "Rejected"],
  ])("%s sends the consumer the reason and the operator; the inbox is then empty", async (verb, status) => {
    const { name } = await connectionOf();
    const { code } = await mooring("connections", verb, name, "--reason", "ticket 7", "--yes");
    expect(code).toBe(0);
    expect((await connectionOf()).properties.privateLinkServiceConnectionState).toMatchObject({
      status,
      description: `${status} by ada (direct): ticket 7`,
    });
    expect((await mooring("connections", "list")).out).toBe("Nothing found.\n");
    const [entry] = JSON.parse((await mooring("journal", "list", "-o", "json")).out);
    const { code: refused, err } = await mooring("undo", entry.id, "--yes");
    expect([refused, err]).toEqual([
      1,
      expect.stringContaining("Azure cannot set a connection back to Pending"),
    ]);
  });

  test("of a Private Link Service that is tagged off nothing is decided", async () => {
    await arm.put(OURS, { ...(await arm.send("GET", OURS)).body, tags: { ...TAGS, mooring: "off" } });
    const { name } = await connectionOf();
    const { code, err } = await mooring("connections", "approve", name, "--reason", "x", "--yes");
    expect([code, err]).toEqual([
      2,
      `mooring: connection ${name}: The Private Link Service has the tag mooring: off; remove the tag first\n`,
    ]);
    expect((await mooring("pls", "list")).out).toMatch(/ours .* tagged off/);
  });

  test("what is not there, and a decision without a reason", async () => {
    expect((await mooring("connections", "approve", "unknown", "--reason", "x")).err).toContain(
      "there is no connection unknown",
    );
    expect((await mooring("connections", "approve", "unknown")).code).toBe(2);
  });
});

test("nothing of a Private Link Service that is not ours is written", async () => {
  const { out } = await mooring("pls", "reconcile", "pls", "--yes");
  expect(out).toBe("No changes.\n");
  expect((await arm.send("GET", PLS)).body.properties.visibility.subscriptions).toEqual([PARTNER]);
});
