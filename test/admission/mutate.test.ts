/** Patches of the mutating webhook, applied as the API server applies them. */
import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { admit } from "../../shared/admission/admit.ts";
import { writeAddresses } from "../../shared/admission/mutate.ts";
import { AdmissionReview, type AdmissionResponse } from "../../shared/admission/review.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { cluster, plsIdIn, subnetId, subnetRow, VNET } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const A = "service.beta.kubernetes.io/azure-load-balancer-";
const AUTO = { [`${A}internal`]: "true", "mooring.dev/address": "auto" };

interface Given {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
  [field: string]: unknown;
}

function service(annotations: Record<string, string> | undefined, spec: object = {}, name = "web"): Given {
  return {
    kind: "Service",
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-${name}`,
      ...(annotations && { annotations }),
    } as Given["metadata"],
    spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }], ...spec },
  };
}

function review(object: Given, some: object = {}): AdmissionReview {
  const kind = { group: "", version: "v1", kind: "Service" };
  const request = { uid: "review-1", kind, operation: "CREATE", object, oldObject: null, ...some };
  return AdmissionReview.parse({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}

async function start(policy: object = {}, ...taken: string[]): Promise<MemoryRun> {
  const run = memoryRun();
  const subnets = [
    subnetRow(),
    subnetRow({ name: "small", prefixes: ["10.0.2.0/28"] }),
    subnetRow({ name: "dual", prefixes: ["10.0.3.0/24", "fd00::/64"] }),
  ];
  await run.tables.subnets.transact(
    VNET.toLowerCase(),
    subnets.map((value) => ({ do: "put", key: value.name, value })),
  );
  for (const address of taken) await take(run, address);
  await applyPolicy(run, policy);
  return run;
}

const take = (run: MemoryRun, address: string, subnet = "apps") =>
  run.tables.addresses.transact(subnetId(subnet).toLowerCase(), [
    {
      do: "put",
      key: addressKey(address),
      value: {
        address,
        assignment: { holderId: plsIdIn("x"), seenAtUtc: "2026-11-23T11:00:00.000Z" },
      } satisfies AddressRow,
    },
  ]);

/** The Service after the webhook's patch. */
function applied(object: Given, { patch }: AdmissionResponse): Given {
  const copy = structuredClone(object);
  if (!patch) return copy;
  const failed = applyPatch(copy, JSON.parse(Buffer.from(patch, "base64").toString())).filter(Boolean);
  expect(failed).toEqual([]);
  return copy;
}

async function written(run: MemoryRun, object: Given, some: object = {}) {
  const response = await writeAddresses(run, cluster(), review(object, some));
  expect(response.status).toBeUndefined();
  const { metadata, spec } = applied(object, response);
  return { annotations: metadata.annotations, loadBalancerIP: spec["loadBalancerIP"] };
}
const refused = async (run: MemoryRun, object: Given) =>
  (await writeAddresses(run, cluster(), review(object))).status;

describe("spec.loadBalancerIP", () => {
  test.each<[string, Given, object]>([
    [
      "becomes the annotation of its family",
      service({ [`${A}internal`]: "true" }, { loadBalancerIP: "10.0.1.9" }),
      { annotations: { [`${A}internal`]: "true", [`${A}ipv4`]: "10.0.1.9" } },
    ],
    [
      "also where there are no annotations yet",
      service(undefined, { loadBalancerIP: "fd00::9" }),
      { annotations: { [`${A}ipv6`]: "fd00::9" } },
    ],
    [
      "is removed if the annotation has the same value",
      service({ [`${A}ipv4`]: "10.0.1.9" }, { loadBalancerIP: "10.0.1.9" }),
      { annotations: { [`${A}ipv4`]: "10.0.1.9" } },
    ],
    [
      "stays if the annotation has another value: a rule reports it",
      service({ [`${A}ipv4`]: "10.0.1.8" }, { loadBalancerIP: "10.0.1.9" }),
      { annotations: { [`${A}ipv4`]: "10.0.1.8" }, loadBalancerIP: "10.0.1.9" },
    ],
    [
      "stays where it is no address: a rule refuses it",
      service({}, { loadBalancerIP: "10.1" }),
      { annotations: {}, loadBalancerIP: "10.1" },
    ],
    [
      "of another type of Service is not touched",
      service({}, { type: "ClusterIP", loadBalancerIP: "10.0.1.9" }),
      { annotations: {}, loadBalancerIP: "10.0.1.9" },
    ],
  ])("%s", async (_, object, expected) =>
    expect(await written(await start(), object)).toEqual({ loadBalancerIP: undefined, ...expected }),
  );
});

describe("mooring.dev/address: auto", () => {
  const ipv4 = async (
    run: MemoryRun,
    annotations: Record<string, string> = {},
    some: object = {},
    name = "web",
  ) => (await written(run, service({ ...AUTO, ...annotations }, {}, name), some)).annotations?.[`${A}ipv4`];
  const POOLS = {
    addressPools: [
      { name: "edge", ranges: ["10.0.1.200-10.0.1.201"] },
      { name: "small", subnet: "small", ranges: ["10.0.2.8/30"] },
      { name: "elsewhere", namespaces: ["other"], ranges: ["10.0.1.0/24"] },
    ],
  };

  test("picks the lowest free address of the subnet and claims it", async () => {
    const run = await start({ excludedRanges: ["10.0.1.0/29"] }, "10.0.1.8");
    expect(await ipv4(run)).toBe("10.0.1.9");
    expect(run.tables.addresses.all().filter(({ claims }) => claims)).toMatchObject([
      { address: "10.0.1.9", claims: [{ owner: { cluster: "one", namespace: "shop", name: "web" } }] },
    ]);
  });

  test("an address of every family of the Service", async () => {
    const object = service({ ...AUTO, [`${A}internal-subnet`]: "dual" }, { ipFamilies: ["IPv4", "IPv6"] });
    expect((await written(await start(), object)).annotations).toMatchObject({
      [`${A}ipv4`]: "10.0.3.4",
      [`${A}ipv6`]: "fd00::4",
    });
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    [
      "from a pool of the Service's subnet",
      { "mooring.dev/address-pool": "edge" },
      { [`${A}ipv4`]: "10.0.1.200" },
    ],
    [
      "from a pool of another subnet, which is written too",
      { "mooring.dev/address-pool": "small" },
      { [`${A}ipv4`]: "10.0.2.8", [`${A}internal-subnet`]: "small" },
    ],
    ["not where an address is named", { [`${A}ipv4`]: "10.0.1.77" }, { [`${A}ipv4`]: "10.0.1.77" }],
  ])("%s", async (_, annotations, expected) => {
    const given = { ...AUTO, ...annotations };
    expect((await written(await start(POOLS), service(given))).annotations).toEqual({
      ...given,
      ...expected,
    });
  });

  test.each<[string, Record<string, string>]>([
    ["not for a public Service", { [`${A}internal`]: "false" }],
    ["not for any other word", { "mooring.dev/address": "Auto" }],
  ])("%s", async (_, annotations) => expect(await ipv4(await start(), annotations)).toBeUndefined());

  test.each<[string, Record<string, string>, string]>([
    [
      "a pool that is not there",
      { "mooring.dev/address-pool": "nowhere" },
      'mooring.dev/address-pool: pool "nowhere" not found for this namespace; available: edge, small',
    ],
    [
      "a pool of another namespace",
      { "mooring.dev/address-pool": "elsewhere" },
      'mooring.dev/address-pool: pool "elsewhere" not found for this namespace; available: edge, small',
    ],
    [
      "a pool of another subnet than the Service's",
      { "mooring.dev/address-pool": "small", [`${A}internal-subnet`]: "apps" },
      "mooring.dev/address-pool: pool small is in subnet small, but the Service requests subnet apps",
    ],
    [
      "an unknown subnet",
      { [`${A}internal-subnet`]: "nowhere" },
      'cannot choose an address: subnet "nowhere" is not in the inventory',
    ],
  ])("%s is refused", async (_, annotations, message) =>
    expect(await refused(await start(POOLS), service({ ...AUTO, ...annotations }))).toEqual({
      code: 403,
      message,
    }),
  );

  test("no address is chosen in a virtual network that was never scanned", async () =>
    expect(await ipv4(memoryRun())).toBeUndefined());

  test("a full pool is refused with a message", async () => {
    const run = await start(POOLS, "10.0.1.200", "10.0.1.201");
    expect(await refused(run, service({ ...AUTO, "mooring.dev/address-pool": "edge" }))).toEqual({
      code: 403,
      message: "mooring.dev/address: pool edge (10.0.1.200-10.0.1.201) has no free IPv4 address",
    });
  });

  test("a repeated request changes nothing", async () => {
    const run = await start();
    const once = service({ ...AUTO, ...(await written(run, service(AUTO))).annotations });
    expect(await writeAddresses(run, cluster(), review(once))).toEqual({ uid: "review-1", allowed: true });
  });

  test("a create that is tried again gets the same address, not another", async () => {
    const run = await start();
    expect([await ipv4(run), await ipv4(run)]).toEqual(["10.0.1.4", "10.0.1.4"]);
    expect(run.tables.addresses.all()).toHaveLength(1);
  });

  test("a dry run shows an address and leaves no trace", async () => {
    const run = await start();
    expect(await ipv4(run, {}, { dryRun: true })).toBe("10.0.1.4");
    expect(run.tables.addresses.all()).toEqual([]);
  });

  test("a Service that lives keeps the address that it has", async () => {
    const run = await start({}, "10.0.1.60");
    const live = {
      ...service({ [`${A}internal`]: "true" }),
      status: { loadBalancer: { ingress: [{ ip: "10.0.1.60" }] } },
    };
    expect(await ipv4(run, {}, { operation: "UPDATE", oldObject: live })).toBe("10.0.1.60");
  });

  test("the gate then lets the Service through, with the address that is its own", async () => {
    const run = await start();
    const object = applied(service(AUTO), await writeAddresses(run, cluster(), review(service(AUTO))));
    expect(await admit(run, cluster(), review(object))).toEqual({ uid: "review-1", allowed: true });
    expect(run.tables.addresses.all()).toHaveLength(1);
  });

  test("Services whose names are yet to be made get through the gate, each with its own", async () => {
    const run = await start();
    for (const name of ["web-x1", "web-x2"]) {
      const unnamed = service(AUTO, {}, "");
      const named = service((await written(run, unnamed)).annotations, {}, name);
      expect((await admit(run, cluster(), review(named))).allowed).toBe(true);
    }
    expect(run.tables.addresses.all().map(({ address }) => address)).toEqual(["10.0.1.4", "10.0.1.5"]);
  });

  test("not an address that the Service's own Private Link Service requests", async () => {
    const pls = "service.beta.kubernetes.io/azure-pls-";
    const natted = { ...AUTO, [`${pls}create`]: "true", [`${pls}ip-configuration-ip-address`]: "10.0.1.4" };
    const { annotations } = await written(await start(), service(natted));
    expect(annotations?.[`${A}ipv4`]).toBe("10.0.1.5");
  });

  test("without the mutating webhook validation warns", async () => {
    const { warnings } = await admit(await start(), cluster(), review(service(AUTO)));
    expect(warnings).toEqual([expect.stringContaining("[address-auto-ignored] no address was assigned")]);
  });

  test("nor do Services that could share one, on other ports: each is to have its own", async () => {
    const run = await start();
    const asked = [80, 443, 8080].map((port) => {
      const object = service(AUTO, { ports: [{ port, protocol: "TCP" }] }, `web-${port}`);
      return writeAddresses(run, cluster(), review(object));
    });
    const given = (await Promise.all(asked)).map(({ patch }) => patch);
    expect(new Set(given).size).toBe(3);
  });

  test("Services that choose at the same time never get the same address", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 11 }), async (count) => {
        const run = await start({ addressPools: [{ name: "p", ranges: ["10.0.1.100-10.0.1.105"] }] });
        const asked = Array.from({ length: count }, (_, n) =>
          writeAddresses(
            run,
            cluster(),
            review(service({ ...AUTO, "mooring.dev/address-pool": "p" }, {}, `web-${n}`)),
          ),
        );
        const given = (await Promise.all(asked)).flatMap(({ patch }) => (patch ? [patch] : []));
        expect(given).toHaveLength(Math.min(count, 6));
        expect(new Set(given).size).toBe(given.length);
      }),
      { numRuns: 20 },
    );
  });
});
