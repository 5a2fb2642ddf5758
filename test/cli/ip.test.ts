/** `mooring ip`: who has an address, what is free, and the release of claims, as an operator meets them. */
import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { plsNamePlace } from "../../shared/inventory/places.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import type { Ports } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { confirmedClaim, proposedClaim } from "../builders/claims.ts";
import { markCurrent } from "../builders/current.ts";
import {
  cluster,
  declared,
  feed,
  frontend,
  intent,
  subnetId,
  subnetRow,
  UID,
  VNET,
} from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

let env: Record<string, string>;
let ports: Ports;

/** `one/shop/web` has 10.0.1.10 in Azure and declares it, `one/shop/next` claims 10.0.1.20 and the name `shared`. */
beforeEach(async () => {
  env = {
    AzureWebJobsStorage: inject("storage"),
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `i${randomBytes(6).toString("hex")}`,
    MOORING_OPERATOR: "ada",
  };
  ({ ports } = createPorts(parseSettings(env)));
  const { clusters, feeds, declarations, subnets, vnets } = ports.tables;
  await markCurrent(ports.tables);
  await clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await feeds.transact("all", [{ do: "put", key: "one", value: { ...feed(), heardAtUtc: now() } }]);
  const web = declared({ intent: intent({ addresses: { ipv4: "10.0.1.10" } }) });
  await declarations.transact("one", [{ do: "put", key: "shop/web", value: web }]);
  await vnets.transact("all", [
    { do: "put", key: canonicalId(VNET), value: { id: VNET, scannedAtUtc: now() } },
  ]);
  await subnets.transact(canonicalId(VNET), [{ do: "put", key: "apps", value: subnetRow() }]);
  const next = proposedClaim({ name: "next", expiresAtUtc: "2999-01-01T00:00:00.000Z" });
  await putRow({
    address: "10.0.1.10",
    assignment: { holderId: frontend().id, seenAtUtc: "2026-11-23T12:00:00.000Z" },
    claims: [confirmedClaim({ uid: UID })],
  });
  await putRow({ address: "10.0.1.20", claims: [next] });
  const { partition, key } = plsNamePlace(SUBSCRIPTION, "rg-pls", "shared");
  await ports.tables.addresses.transact(partition, [
    { do: "put", key, value: { address: "shared", claims: [next] } },
  ]);
});

const now = () => new Date().toISOString();
const mooring = (...args: string[]) => runCli(["ip", ...args], { env });

async function putRow(value: AddressRow): Promise<void> {
  await ports.tables.addresses.transact(canonicalId(subnetId("apps")), [
    { do: "put", key: addressKey(value.address), value },
  ]);
}

async function rowOf(address: string): Promise<AddressRow | undefined> {
  const row = await ports.tables.addresses.get(canonicalId(subnetId("apps")), addressKey(address));
  return row?.value;
}

const rowsOf = (out: string) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));

describe("mooring ip list and find", () => {
  test("have a line for each Service, with the columns that distinguish them", async () => {
    const { code, out } = await mooring("list", "--subnet", "apps");
    expect([code, rowsOf(out)]).toEqual([
      0,
      [
        ["PLACE", "STATE", "USED BY", "STATUS"],
        ["10.0.1.10", "assigned", "one/shop/web", "living"],
        ["10.0.1.20", "claimed", "one/shop/next", "living"],
      ],
    ]);
    const [titles, ...rows] = rowsOf((await mooring("list")).out);
    expect(titles).toEqual(["PLACE", "WHERE", "STATE", "USED BY", "STATUS"]);
    expect(rows).toContainEqual(["shared", "rg-pls", "claimed", "one/shop/next", "living"]);
  });

  test("name the resource of an address without a Service", async () => {
    const holderId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm`;
    await putRow({ address: "10.0.1.30", assignment: { holderId, seenAtUtc: "2026-11-23T12:00:00.000Z" } });
    expect(rowsOf((await mooring("list", "--subnet", "apps")).out)).toContainEqual([
      "10.0.1.30",
      "assigned",
      "network interface vm",
      "-",
    ]);
  });

  test("have everything in a wide table", async () => {
    const { out } = await mooring("list", "--subnet", "apps", "-o", "wide");
    expect(rowsOf(out)).toEqual([
      ["PLACE", "WHERE", "STATE", "USED BY", "STATUS", "SINCE", "HOLDER"],
      [
        "10.0.1.10",
        "vnet/apps",
        "assigned",
        "one/shop/web",
        "living",
        "2026-11-23T12:00:00.000Z",
        expect.stringMatching(/^frontend .* of load balancer kubernetes-internal$/),
      ],
      [
        "10.0.1.20",
        "vnet/apps",
        "claimed",
        "one/shop/next",
        "living, expires 2999-01-01T00:00:00.000Z",
        "2026-11-23T12:00:00.000Z",
        "-",
      ],
    ]);
  });

  test("have field names in JSON and YAML, and report whether there are more", async () => {
    const { out } = await mooring("find", "shared", "-o", "json");
    expect(JSON.parse(out)).toMatchObject([{ kind: "plsName", place: "shared", resourceGroup: "rg-pls" }]);
    expect((await mooring("find", "shop/next", "-o", "yaml")).out).toContain("place: 10.0.1.20");
    expect((await mooring("find", "nothing")).out).toBe("Nothing found.\n");
    expect((await mooring("list", "--limit", "1")).err).toBe(
      "mooring: there are more than 1; --limit shows more\n",
    );
  });

  test.each([
    [["list", "--subnet", "appps"], "there is no scanned subnet appps; did you mean apps?"],
    [["who", "192.0.2.1"], "No scanned subnet contains 192.0.2.1"],
    [["release", "10.0.1.99", "--reason", "lost", "--yes"], "no Service claims 10.0.1.99"],
    [["release", "10.0.1.20"], "--reason"],
  ])("%j ends with exit code 2", async (args, why) => {
    const { code, err } = await mooring(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(why)]);
  });
});

describe("mooring ip who and next", () => {
  test("print a line to paste", async () => {
    const { code, out } = await mooring("who", "10.0.1.10");
    expect([code, out.split("\n")]).toEqual([
      0,
      [
        "10.0.1.10 in vnet/apps: assigned in Azure",
        expect.stringMatching(/^ {2}holder {7}frontend a\w+ of load balancer$/),
        "               kubernetes-internal",
        "  created for  Service one/shop/web",
        "  since        2026-11-23T12:00:00.000Z",
        "  declared by  Service one/shop/web (living)",
        "               since 2026-11-23T12:00:00.000Z",
        `               uid ${UID}`,
        "  free nearby  10.0.1.9, 10.0.1.11, 10.0.1.8",
        "",
        'service.beta.kubernetes.io/azure-load-balancer-ipv4: "10.0.1.9"',
        "",
      ],
    ]);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect((await mooring("next", "--subnet", "apps", "--count", "2")).out).toBe(
      '10.0.1.4\n10.0.1.5\n\nservice.beta.kubernetes.io/azure-load-balancer-ipv4: "10.0.1.4"\n',
    );
  });
});

describe("mooring ip release", () => {
  test("shows what would be released, requires confirmation, and releases it", async () => {
    const args = ["release", "10.0.1.20", "--reason", "cluster lost"];
    const shown =
      "- claim of 10.0.1.20 by Service one/shop/next (living, expires 2999-01-01T00:00:00.000Z)\n";
    expect(await mooring(...args, "--dry-run")).toEqual({
      code: 0,
      err: "",
      out: `${shown}No changes were made.\n`,
    });
    expect((await mooring(...args)).err).toContain("use --yes");
    expect(await rowOf("10.0.1.20")).toBeDefined();
    const { code, out } = await mooring(...args, "--yes");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^- claim .*\nReleased; the record is (\S+)\.\n$/),
    ]);
    expect(await rowOf("10.0.1.20")).toBeUndefined();
    const [, record = ""] = /record is (\S+)\.\n/.exec(out) ?? [];
    expect(await ports.states.load(record)).toMatchObject({ who: "ada (direct)", reason: "cluster lost" });
  });

  test("refuses a living Service without --force, and leaves what Azure has", async () => {
    const args = ["release", "10.0.1.10", "--service", "one/shop/web", "--reason", "x", "--yes"];
    const refused = await mooring(...args);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining("10.0.1.10 is declared by Service one/shop/web, which is living"),
    ]);
    const before = await rowOf("10.0.1.10");
    expect((await mooring(...args, "--force", "-o", "json")).code).toBe(0);
    expect(await rowOf("10.0.1.10")).toEqual({ address: "10.0.1.10", assignment: before?.assignment });
  });

  test("ends the claim of a name, of whatever case", async () => {
    const { out } = await mooring("release", "SHARED", "--reason", "x", "--yes", "-o", "json");
    expect(JSON.parse(out)).toMatchObject({ kind: "plsName", place: "shared", released: true });
    expect((await mooring("find", "shared")).out).toBe("Nothing found.\n");
  });
});

test("the help has examples", async () => {
  const { out } = await mooring("--help");
  expect(out).toContain("mooring ip next --subnet apps --count 3");
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
