/** Manifests of Services that live already, and of Services that come together. */
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { ANNOTATIONS } from "../../shared/kubernetes/annotations.ts";
import { parseIntent } from "../../shared/kubernetes/parseIntent.ts";
import { serviceOf } from "../../shared/kubernetes/writeAnnotations.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { EVERY_PORT, type Intent } from "../../shared/kubernetes/intent.ts";
import { balancerId, declared, frontend, intent, plsIntent, UID } from "../builders/world.ts";
import { checkText, found, holdAddress, ONE, seeded } from "./checked.ts";

const A = "service.beta.kubernetes.io/azure-";

function manifest(
  name: string,
  settings: Record<string, string>,
  ports: number[] = [443],
  spec = "",
): string {
  const annotations = Object.entries({ "load-balancer-internal": "true", ...settings }).map(
    ([key, value]) => `    ${A}${key}: "${value}"\n`,
  );
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: shop\n  annotations:\n${annotations.join("")}spec: { type: LoadBalancer, ports: [${ports.map((port) => `{ port: ${port} }`).join(", ")}]${spec} }\n`;
}
const rules = async (text: string, court = {}) =>
  found(await checkText(text, court)).map((one) => one.replace(/ \d+$/, ""));

describe("a Service that is recorded is judged as an update of it", () => {
  const LIVING = intent({ addresses: { ipv4: "10.240.8.50" }, ports: [{ protocol: "TCP", port: 443 }] });
  async function living(some: Partial<Intent> = {}) {
    const world = await seeded(declared({ cluster: ONE.name, intent: { ...LIVING, ...some } }));
    const own = frontend({ name: baseName(UID) }, balancerId("MC_one")).id;
    await holdAddress(world.run, "10.240.8.50", own, `${baseName(UID)}-TCP-443`);
    return world;
  }

  test("it does not conflict with itself", async () =>
    expect(await rules(manifest("web", { "load-balancer-ipv4": "10.240.8.50" }), await living())).toEqual(
      [],
    ));

  test("another Service on its port does", async () =>
    expect(await rules(manifest("api", { "load-balancer-ipv4": "10.240.8.50" }), await living())).toEqual([
      "address-port-conflict deny",
    ]));

  test.each<[string, string, Partial<Intent>, string[]]>([
    [
      "another address",
      manifest("web", { "load-balancer-ipv4": "10.240.8.51" }),
      {},
      ["address-changed warn"],
    ],
    [
      "no internal load balancer",
      manifest("web", { "load-balancer-internal": "false" }),
      {},
      ["internal-flipped warn"],
    ],
    [
      "another name of its Private Link Service",
      manifest("web", { "load-balancer-ipv4": "10.240.8.50", "pls-create": "true", "pls-name": "b" }),
      { pls: plsIntent({ name: "a" }) },
      ["pls-name-immutable deny"],
    ],
    [
      "no Private Link Service",
      manifest("web", { "load-balancer-ipv4": "10.240.8.50" }),
      { pls: plsIntent() },
      ["pls-withdrawn warn"],
    ],
  ])("with %s", async (_, text, some, expected) =>
    expect(await rules(text, await living(some))).toEqual(expected),
  );

  test("a full subnet has its dynamic address already", async () => {
    const { run, court } = await seeded(declared({ cluster: ONE.name, intent: intent({ addresses: {} }) }));
    const [apps] = run.tables.subnets.all().filter(({ name }) => name === "apps");
    await run.tables.subnets.transact(apps?.vnetId.toLowerCase() ?? "", [
      { do: "put", key: "apps", value: { ...apps!, usedAddresses: apps!.usableAddresses } },
    ]);
    expect(await rules(manifest("web", {}), { court })).toEqual([]);
    expect(await rules(manifest("api", {}), { court })).toEqual(["subnet-full deny"]);
  });

  test("a deleted Service is no Service to update", async () => {
    const world = await seeded(
      declared({ cluster: ONE.name, deletedAtUtc: "2026-11-23T11:00:00.000Z", intent: LIVING }),
    );
    expect(await rules(manifest("web", { "load-balancer-internal": "false" }), world)).toEqual([]);
  });

  test("nothing is written", async () => {
    const world = await living();
    const before = structuredClone([world.run.tables.addresses.all(), world.run.tables.declarations.all()]);
    await rules(manifest("api", { "load-balancer-ipv4": "10.240.8.90" }), world);
    expect([world.run.tables.addresses.all(), world.run.tables.declarations.all()]).toEqual(before);
  });
});

describe("Services of one check are judged against each other", () => {
  const at = { "load-balancer-ipv4": "10.240.8.200" };
  const linked = { "pls-create": "true", "pls-ip-configuration-subnet": "links" };
  const two = (first: string, second: string) => `${first}---\n${second}`;
  test.each<[string, string, string[]]>([
    ["one address on different ports", two(manifest("a", at), manifest("b", at, [80])), []],
    [
      "one address on one port",
      two(manifest("a", at), manifest("b", at, [80, 443])),
      ["address-port-conflict deny"],
    ],
    [
      "one address and high-availability ports",
      two(
        manifest("a", { ...at, "load-balancer-enable-high-availability-ports": "true" }),
        manifest("b", at, [80]),
      ),
      ["address-port-conflict deny"],
    ],
    ["one Service twice", two(manifest("a", at), manifest("a", at)), []],
    [
      "an address of a frontend and of a Private Link Service",
      two(manifest("a", at), manifest("b", { ...linked, "pls-ip-configuration-ip-address": "10.240.8.200" })),
      ["pls-address-claimed deny"],
    ],
    [
      "one name of a Private Link Service",
      two(manifest("a", { ...linked, "pls-name": "x" }), manifest("b", { ...linked, "pls-name": "X" })),
      ["pls-name-taken deny"],
    ],
    [
      "one name in two resource groups",
      two(
        manifest("a", { ...linked, "pls-name": "x" }),
        manifest("b", { ...linked, "pls-name": "x", "pls-resource-group": "other" }),
      ),
      [],
    ],
    [
      "a shared frontend whose Private Link Service is the other's, with own settings",
      two(manifest("a", { ...at, ...linked }), manifest("b", { ...at, ...linked }, [80])),
      ["pls-shared-frontend deny"],
    ],
    [
      "a shared frontend whose Private Link Service is the other's",
      two(manifest("a", { ...at, ...linked }), manifest("b", { ...at, "pls-create": "true" }, [80])),
      [],
    ],
  ])("%s", async (_, text, expected) => expect(await rules(text)).toEqual(expected));

  test("an IPv4 Service before makes an IPv6-only one possible", async () => {
    const world = await seeded();
    const [apps] = world.run.tables.subnets.all().filter(({ name }) => name === "apps");
    const prefixes = [...(apps?.prefixes ?? []), "fd00::/64"];
    await world.run.tables.subnets.transact(apps?.vnetId.toLowerCase() ?? "", [
      { do: "put", key: "apps", value: { ...apps!, prefixes } },
    ]);
    const six = manifest("six", {}, [443], ", ipFamilies: [IPv6]");
    expect(await rules(six, world)).toEqual(["ipv6-first-frontend warn"]);
    expect(await rules(two(manifest("a", {}), six), world)).toEqual([]);
  });
});

const word = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
const words = fc.array(word, { maxLength: 3 });
const anyPls = fc.record({
  name: word,
  resourceGroup: word,
  subnet: word,
  natIpCount: fc.integer({ min: 1, max: 8 }),
  natIps: fc.uniqueArray(word, { maxLength: 3 }),
  fqdns: words,
  proxyProtocol: fc.boolean(),
  visibility: words,
  autoApproval: words,
});
const anyIntent = fc.record({
  internal: fc.constant(true),
  subnet: word,
  addresses: fc.record({ ipv4: fc.ipV4(), ipv6: fc.ipV6() }, { requiredKeys: [] }),
  ipFamilies: fc.constantFrom(["IPv4"], ["IPv6"], ["IPv4", "IPv6"]),
  ports: fc.oneof(
    fc.constant([EVERY_PORT]),
    fc.array(fc.record({ protocol: fc.constantFrom("TCP", "UDP"), port: fc.nat(65535) }), { maxLength: 3 }),
  ),
});

test("a Service that is written from an intent declares that intent", () =>
  fc.assert(
    fc.property(anyIntent, fc.option(anyPls, { nil: undefined }), (base, pls) => {
      const whole = {
        ...base,
        ...(pls && {
          pls: { create: true, ...pls, ...(pls.natIps[0] && { primaryNatIp: pls.natIps[0] }) },
        }),
      } as Intent;
      const service = serviceOf({ namespace: "shop", name: "web", uid: UID }, whole);
      expect(parseIntent(service)).toEqual(whole);
      expect(Object.keys(service.metadata.annotations ?? {})).toContain(ANNOTATIONS.internal.key);
    }),
  ));
