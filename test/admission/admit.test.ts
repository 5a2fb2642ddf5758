import { proposedClaim } from "../builders/claims.ts";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { authenticate, TOKEN_HEADER } from "../../functions/http.ts";
import { makeToken } from "../../shared/declarations/token.ts";
import { admit } from "../../shared/admission/admit.ts";
import { lastReadCluster } from "../../shared/admission/cached.ts";
import { inTime } from "../../shared/admission/guarded.ts";
import { AdmissionReview, type AdmissionResponse } from "../../shared/admission/review.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { plsKey } from "../../shared/inventory/scanPrivateLinkServices.ts";
import { resourceName } from "../../shared/azure/resourceId.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { balancerId, cluster, frontend, plsIdIn, subnetId, subnetRow, UID, VNET } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const A = "service.beta.kubernetes.io/azure-";
const INTERNAL = { "load-balancer-internal": "true" };

function service(settings: Record<string, string> = {}, spec: object = {}, metadata: object = {}) {
  const annotations = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`${A}${key}`, value]),
  );
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", uid: UID, annotations, ...metadata },
    spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }], ...spec },
  };
}

function review(object: object | null, some: object = {}): AdmissionReview {
  const request = {
    uid: "review-1",
    kind: { group: "", version: "v1", kind: "Service" },
    namespace: "shop",
    name: "web",
    operation: "CREATE",
    object,
    oldObject: null,
    dryRun: false,
    ...some,
  };
  return AdmissionReview.parse({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}

async function start(...rows: AddressRow[]): Promise<MemoryRun> {
  const run = memoryRun();
  for (const one of [cluster(), cluster({ name: "two", nodeResourceGroup: "MC_two" })])
    await run.tables.clusters.transact("all", [{ do: "put", key: one.name, value: one }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [
    { do: "put", key: "apps", value: subnetRow() },
    { do: "put", key: "small", value: subnetRow({ name: "small", prefixes: ["10.0.2.0/28"] }) },
  ]);
  for (const row of rows)
    await run.tables.addresses.transact(subnetId("apps").toLowerCase(), [
      { do: "put", key: addressKey(row.address), value: row },
    ]);
  return run;
}

async function decide(
  settings: Record<string, string>,
  spec: object = {},
  ...rows: AddressRow[]
): Promise<AdmissionResponse> {
  return admit(await start(...rows), cluster(), review(service(settings, spec)));
}

const foreign =
  "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/other/providers/Microsoft.Network/networkInterfaces/vm";
const inUse = (address: string, holderId = foreign): AddressRow => ({
  address,
  assignment: { holderId, seenAtUtc: "2026-11-23T11:00:00.000Z" },
});
const denied = (rule: string, message: string): AdmissionResponse => ({
  uid: "review-1",
  allowed: false,
  status: { code: 403, message },
  auditAnnotations: { rules: `${rule}=deny` },
});

describe("the response to the API server", () => {
  test.each<[string, Promise<AdmissionResponse>, AdmissionResponse]>([
    ["a public Service is none of our business", decide({}), { uid: "review-1", allowed: true }],
    ["an internal one with a dynamic address is fine", decide(INTERNAL), { uid: "review-1", allowed: true }],
    [
      "a free static address is fine",
      decide({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" }),
      { uid: "review-1", allowed: true },
    ],
    [
      "`True` would make a public load balancer",
      decide({ "load-balancer-internal": "True" }),
      denied(
        "internal-not-true",
        `[internal-not-true] ${A}load-balancer-internal: "True" creates a public load balancer: use exactly "true" for an internal one, "false" for a public one`,
      ),
    ],
    [
      "a subnet that is not there",
      decide({ ...INTERNAL, "load-balancer-internal-subnet": "nowhere" }),
      denied(
        "subnet-unknown",
        `[subnet-unknown] ${A}load-balancer-internal-subnet: subnet "nowhere" not found in vnet; available: apps, small`,
      ),
    ],
    [
      "an address of another subnet, which is named",
      decide({ ...INTERNAL, "load-balancer-ipv4": "10.0.2.5" }),
      denied(
        "address-outside-subnet",
        `[address-outside-subnet] ${A}load-balancer-ipv4: 10.0.2.5 is not in subnet apps (10.0.1.0/24); it is in subnet small: set ${A}load-balancer-internal-subnet to that subnet, or choose another address`,
      ),
    ],
    [
      "an address that Azure keeps",
      decide({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.3" }),
      denied(
        "address-azure-reserved",
        `[address-azure-reserved] ${A}load-balancer-ipv4: 10.0.1.3 is reserved by Azure (first four and last of 10.0.1.0/24); choose another address`,
      ),
    ],
    [
      "an address that is in use: by whom, and which are free nearby",
      decide({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" }, {}, inUse("10.0.1.50"), inUse("10.0.1.49")),
      denied(
        "address-in-use",
        `[address-in-use] ${A}load-balancer-ipv4: 10.0.1.50 is in use by network interface vm; nearest free addresses: 10.0.1.51, 10.0.1.48, 10.0.1.52`,
      ),
    ],
    [
      "an address that another Service claims: which one, and until when",
      decide(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" },
        {},
        {
          address: "10.0.1.50",
          claims: [
            proposedClaim({
              cluster: "two",
              name: "mail",
              expiresAtUtc: "2026-11-23T12:30:00.000Z",
              ports: [],
            }),
          ],
        },
      ),
      denied(
        "address-claimed",
        `[address-claimed] ${A}load-balancer-ipv4: 10.0.1.50 is claimed by Service two/shop/mail; cluster two has never reported its Services; if the cluster was deleted, an operator sweeps its orphans, then runs \`mooring clusters remove two\`; nearest free addresses: 10.0.1.49, 10.0.1.51, 10.0.1.48`,
      ),
    ],
    [
      "a frontend of the same cluster is shared",
      decide({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" }, {}, inUse("10.0.1.50", frontend().id)),
      { uid: "review-1", allowed: true },
    ],
    [
      "a frontend of a cluster in another resource group is not",
      decide(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" },
        {},
        inUse("10.0.1.50", frontend({}, balancerId("MC_two")).id),
      ),
      denied(
        "address-in-use",
        `[address-in-use] ${A}load-balancer-ipv4: 10.0.1.50 is in use by frontend a0f1e2d3c4b5a69788796a5b4c3d2e1f of load balancer kubernetes-internal; nearest free addresses: 10.0.1.49, 10.0.1.51, 10.0.1.48`,
      ),
    ],
    [
      "the deprecated field is accepted with a warning that contains the annotation to use",
      decide(INTERNAL, { loadBalancerIP: "10.0.1.50" }),
      {
        uid: "review-1",
        allowed: true,
        warnings: [
          `[load-balancer-ip-deprecated] deprecated: use ${A}load-balancer-ipv4: "10.0.1.50" instead`,
        ],
        auditAnnotations: { rules: "load-balancer-ip-deprecated=warn" },
      },
    ],
    [
      "an octal-looking address",
      decide({ ...INTERNAL, "load-balancer-ipv4": "010.0.1.50" }),
      denied(
        "address-malformed",
        `[address-malformed] ${A}load-balancer-ipv4: "010.0.1.50" is not a valid IPv4 address; use a form like 10.0.0.5`,
      ),
    ],
    [
      "an IPv6 address in the IPv4 annotation",
      decide({ ...INTERNAL, "load-balancer-ipv4": "fd00::5" }),
      denied(
        "address-family-mismatch",
        `[address-family-mismatch] ${A}load-balancer-ipv4: fd00::5 is an IPv6 address, but the field is for IPv4`,
      ),
    ],
  ])("%s", async (_, response, expected) => expect(await response).toEqual(expected));

  test("all violations are reported at once", async () => {
    const { status } = await decide({
      ...INTERNAL,
      "load-balancer-internal-subnet": "nowhere",
      "load-balancer-ipv4": "10.1",
    });
    expect(status?.message.split("\n").map((line) => /^\[([\w-]+)\]/.exec(line)?.[1])).toEqual([
      "subnet-unknown",
      "address-malformed",
    ]);
  });

  test("policy's excluded ranges are refused and never suggested", async () => {
    const run = await start(inUse("10.0.1.64"));
    await applyPolicy(run, { excludedRanges: ["10.0.1.0/26"] });
    const inside = await admit(
      run,
      cluster(),
      review(service({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.20" })),
    );
    const beside = await admit(
      run,
      cluster(),
      review(service({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.64" })),
    );
    expect(inside.auditAnnotations).toEqual({ rules: "address-excluded=deny" });
    expect(beside.status?.message).toContain("nearest free addresses: 10.0.1.65, 10.0.1.66, 10.0.1.67");
  });

  test("where a subnet has no free address, subnets that have are named instead", async () => {
    const run = await start();
    for (let host = 4; host <= 14; host += 1)
      await run.tables.addresses.transact(subnetId("small").toLowerCase(), [
        { do: "put", key: addressKey(`10.0.2.${host}`), value: inUse(`10.0.2.${host}`) },
      ]);
    const settings = { "load-balancer-internal-subnet": "small", "load-balancer-ipv4": "10.0.2.9" };
    const { status } = await admit(run, cluster(), review(service({ ...INTERNAL, ...settings })));
    expect(status?.message).toContain("; subnet small is full; subnets with free addresses: apps");
  });

  test("an inventory that was never scanned warns and refuses nothing", async () => {
    const response = await admit(
      memoryRun(),
      cluster(),
      review(service({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" })),
    );
    expect(response).toMatchObject({ allowed: true, auditAnnotations: { rules: "inventory-stale=warn" } });
  });

  test("warnings stay short enough for kubectl", async () => {
    const { warnings = [] } = await decide(
      { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" },
      { loadBalancerIP: "10.0.1.51" },
    );
    expect(warnings).toHaveLength(2);
    for (const warning of warnings) expect(warning.length).toBeLessThan(120);
  });
});

describe("what is remembered", () => {
  const asks = service({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" });

  test("an accepted Service holds its address and its intent, in two round trips", async () => {
    const run = await start();
    await admit(run, cluster(), review(asks));
    expect(run.tables.addresses.all()).toMatchObject([
      {
        address: "10.0.1.50",
        claims: [{ owner: { cluster: "one", namespace: "shop", name: "web", uid: UID } }],
      },
    ]);
    expect(run.tables.proposals.all()).toMatchObject([
      { declared: { strength: "proposal", intent: { addresses: { ipv4: "10.0.1.50" } } } },
    ]);
    expect([run.tables.addresses.calls.calls.length, run.tables.proposals.calls.calls.length]).toEqual([
      2, 1,
    ]);
  });

  test("a dry run leaves no trace", async () => {
    const run = await start();
    expect((await admit(run, cluster(), review(asks, { dryRun: true }))).allowed).toBe(true);
    expect([run.tables.addresses.all(), run.tables.proposals.all()]).toEqual([[], []]);
  });

  test("a refused Service holds nothing", async () => {
    const run = await start();
    await admit(
      run,
      cluster(),
      review(
        service({
          ...INTERNAL,
          "load-balancer-internal-subnet": "nowhere",
          "load-balancer-ipv4": "10.0.1.50",
        }),
      ),
    );
    expect([run.tables.addresses.all(), run.tables.proposals.all()]).toEqual([[], []]);
  });

  test("a deletion is a proposal, and the claim stays", async () => {
    const run = await start();
    await admit(run, cluster(), review(asks));
    await admit(run, cluster(), review(null, { operation: "DELETE", oldObject: asks }));
    expect(run.tables.proposals.all()).toMatchObject([
      { declared: {} },
      { declared: { deletedAtUtc: run.clock.nowUtc } },
    ]);
    expect(run.tables.addresses.all()).toMatchObject([
      { claims: [{ expiresAtUtc: "2026-11-23T13:00:00.000Z" }] },
    ]);
  });

  test("so does a change of type", async () => {
    const run = await start();
    await admit(
      run,
      cluster(),
      review(service({}, { type: "ClusterIP" }), { operation: "UPDATE", oldObject: asks }),
    );
    expect(run.tables.proposals.all()).toMatchObject([{ declared: { deletedAtUtc: run.clock.nowUtc } }]);
  });

  test("a Service that is no load balancer is answered without touching storage", async () => {
    const run = memoryRun();
    await admit(run, cluster(), review(service({}, { type: "ClusterIP" })));
    expect(Object.values(run.tables).flatMap((table) => table.calls.calls)).toEqual([]);
  });
});

describe("when storage is unavailable", () => {
  const REQUEST = { uid: "review-1", cluster: "one", namespace: "shop" };
  const failing = () => Promise.reject(new Error("ECONNREFUSED"));

  test("the Service is let through with a warning", async () => {
    expect(await inTime(memoryRun(), REQUEST, 5, failing)).toEqual({
      uid: "review-1",
      allowed: true,
      warnings: ["Mooring could not check this Service in time: subnet and addresses are not validated"],
    });
  });

  test("or refused, if policy requires it", async () => {
    const run = memoryRun();
    await applyPolicy(run, { onUnavailable: "deny" });
    await admit(run, cluster(), review(service(INTERNAL)));
    expect(await inTime(run, REQUEST, 5, failing)).toMatchObject({
      allowed: false,
      status: { code: 503 },
    });
  });

  test("unless its namespace is in warn mode, in which nothing is refused", async () => {
    const run = memoryRun();
    const overrides = [{ namespaces: ["shop"], modes: { admission: "warn" } }];
    await applyPolicy(run, { onUnavailable: "deny", overrides });
    expect(await inTime(run, REQUEST, 5, failing)).toMatchObject({ allowed: true });
    expect(await inTime(run, { ...REQUEST, namespace: "bank" }, 5, failing)).toMatchObject({
      allowed: false,
    });
  });

  test("however long storage has been unavailable", async () => {
    const run = memoryRun();
    await applyPolicy(run, { onUnavailable: "deny" });
    await admit(run, cluster(), review(service(INTERNAL)));
    run.clock.advance(3600);
    run.tables.policies.calls.failNext(new Error("ECONNREFUSED"), { times: 100 });
    expect(await inTime(run, REQUEST, 5, failing)).toMatchObject({ allowed: false });
  });

  test("and by a process that has not yet read the policy", async () => {
    const run = memoryRun();
    await applyPolicy(run, { onUnavailable: "deny" });
    const { policies } = run.tables;
    const get = policies.get.bind(policies);
    // As storage does, it answers after input and output.
    policies.get = (...key) => readFile(import.meta.filename).then(() => get(...key));
    expect(await inTime(run, REQUEST, 5, failing)).toMatchObject({ allowed: false });
  });

  describe("the calling cluster", () => {
    const { secret, token } = makeToken(new Date("2026-11-23T12:00:00.000Z"));
    const asks = (run: MemoryRun, sent = secret) =>
      authenticate(
        run,
        { params: { cluster: "one" }, headers: new Headers({ [TOKEN_HEADER]: sent }) },
        (_, name) => lastReadCluster(run, name, 1),
      ).then(({ name }) => name);
    async function registered(): Promise<MemoryRun> {
      const run = memoryRun();
      const value = cluster({ tokens: [token] });
      await run.tables.clusters.transact("all", [{ do: "put", key: "one", value }]);
      return run;
    }

    test.each<[string, (run: MemoryRun) => void]>([
      [
        "refuses connections",
        (run) => run.tables.clusters.calls.failNext(new Error("ECONNREFUSED"), { times: 100 }),
      ],
      ["never answers", (run) => (run.tables.clusters.get = () => new Promise(() => {}))],
    ])(
      "is still authenticated by the token, however long storage %s, so that policy decides",
      async (_, away) => {
        const run = await registered();
        await asks(run);
        away(run);
        run.clock.advance(3600);
        expect(await asks(run)).toBe("one");
        await expect(asks(run, "guessed")).rejects.toThrow("not found");
      },
    );

    test("is not authenticated after the cluster was removed", async () => {
      const run = await registered();
      await asks(run);
      await run.tables.clusters.transact("all", [{ do: "remove", key: "one" }]);
      run.clock.advance(6);
      await expect(asks(run)).rejects.toThrow("not found");
      run.tables.clusters.calls.failNext(new Error("ECONNREFUSED"), { times: 100 });
      run.clock.advance(6);
      await expect(asks(run)).rejects.toThrow("ECONNREFUSED");
    });
  });

  test("an answer that would come too late is given in time", async () => {
    const never = () => new Promise<AdmissionResponse>(() => {});
    expect(await inTime(memoryRun(), REQUEST, 0.01, never)).toMatchObject({ allowed: true });
  });
});

test("a review that is not about a Service is refused", async () => {
  const pod = review({ metadata: {} }, { kind: { group: "", version: "v1", kind: "Pod" } });
  await expect(admit(memoryRun(), cluster(), pod)).rejects.toThrow("request.kind: must be Service, not Pod");
});

test("an object that is no Service names every wrong field", async () => {
  const broken = review({ metadata: { name: 5, annotations: { a: 1 } }, spec: { ports: "many" } });
  await expect(admit(memoryRun(), cluster(), broken)).rejects.toMatchObject({
    problems: [
      expect.stringContaining("request.object.metadata.name"),
      expect.stringContaining("annotations.a"),
      expect.stringContaining("spec.ports"),
    ],
  });
});

describe("updates", () => {
  const update = (object: object, oldObject: object) => review(object, { operation: "UPDATE", oldObject });
  const wrong = { ...INTERNAL, "load-balancer-internal-subnet": "nowhere" };

  test.each([
    ["finalizers and labels", { finalizers: [], labels: { a: "b" } }],
    [
      "annotations that are not ours",
      { annotations: { ...service(wrong).metadata.annotations, "a/b": "c" } },
    ],
    ["the mark of deletion", { deletionTimestamp: "2026-11-23T12:00:00Z" }],
  ])("of %s are allowed even for an invalid Service, without access to storage", async (_, metadata) => {
    const run = await start();
    const before = run.tables.addresses.calls.calls.length;
    const response = await admit(run, cluster(), update(service(wrong, {}, metadata), service(wrong)));
    expect(response).toEqual({ uid: "review-1", allowed: true });
    expect(run.tables.addresses.calls.calls.length).toBe(before);
    expect(run.tables.proposals.all()).toEqual([]);
  });

  test("claim the new address and keep the claim of the old one", async () => {
    const run = await start();
    const [before, after] = ["10.0.1.50", "10.0.1.51"].map((ip) =>
      service({ ...INTERNAL, "load-balancer-ipv4": ip }),
    );
    await admit(run, cluster(), review(before ?? null));
    const response = await admit(run, cluster(), update(after ?? {}, before ?? {}));
    expect(response.warnings?.join()).toContain("address-changed");
    expect(run.tables.addresses.all().map(({ address, claims }) => [address, claims?.length])).toEqual([
      ["10.0.1.50", 1],
      ["10.0.1.51", 1],
    ]);
  });

  test("may keep ports that the Service has on a shared frontend, and take free ones, not others'", async () => {
    const uses = [
      { rule: "a0ld-TCP-80", protocol: "Tcp", port: 80 },
      { rule: "aother-TCP-443", protocol: "Tcp", port: 443 },
    ];
    const row = {
      address: "10.0.1.50",
      assignment: { holderId: frontend().id, seenAtUtc: "2026-11-23T11:00:00.000Z", uses },
    };
    const settings = { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" };
    const on = (...ports: number[]) => service(settings, { ports: ports.map((port) => ({ port })) });
    const decided = async (...ports: number[]) =>
      admit(await start(row), cluster(), update(on(...ports), on(80)));
    expect((await decided(80, 8080)).allowed).toBe(true);
    expect((await decided(80, 443)).status?.message).toBe(
      `[address-port-conflict] ${A}load-balancer-ipv4: TCP/443 on 10.0.1.50 is in use by rule aother-TCP-443: use another port or address`,
    );
  });
});

describe("a shared address", () => {
  const settings = { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" };
  const named = (name: string, port: number, uid = `${name}-uid`) =>
    service(settings, { ports: [{ port }] }, { name, uid });

  test("goes to Services of one cluster on different ports; the same port is refused by name", async () => {
    const run = await start();
    expect((await admit(run, cluster(), review(named("web", 80)))).allowed).toBe(true);
    expect((await admit(run, cluster(), review(named("api", 443)))).allowed).toBe(true);
    expect((await admit(run, cluster(), review(named("third", 80)))).status?.message).toContain(
      "[address-port-conflict]",
    );
    expect((await admit(run, cluster(), review(named("third", 80)))).status?.message).toContain(
      "one/shop/web",
    );
  });

  test("is not refused because of rules of a Service that was deleted a moment ago", async () => {
    const old = named("web", 80, "11111111-2222-3333-4444-555555555555");
    const uses = [{ rule: `${baseName(old.metadata.uid)}-TCP-80`, protocol: "Tcp", port: 80 }];
    const run = await start({
      address: "10.0.1.50",
      assignment: { holderId: frontend().id, seenAtUtc: "2026-11-23T11:00:00.000Z", uses },
    });
    const again = review(named("web", 80, "another"));
    await admit(run, cluster(), review(null, { operation: "DELETE", oldObject: old }));
    expect((await admit(run, cluster(), again)).allowed).toBe(true);
  });
});

describe("high-availability ports", () => {
  const settings = { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" };
  const every = { ...settings, "load-balancer-enable-high-availability-ports": "true" };
  const named = (name: string, annotations: Record<string, string>, port: number) =>
    review(service(annotations, { ports: [{ port }] }, { name, uid: `${name}-uid` }));

  test.each([
    [
      "after one port",
      settings,
      every,
      "high-availability ports require all ports of 10.0.1.50, but Service one/shop/web uses some",
    ],
    [
      "before one port",
      every,
      settings,
      "Service one/shop/web uses all ports of 10.0.1.50 (high-availability ports)",
    ],
    ["twice", every, every, "Service one/shop/web uses all ports of 10.0.1.50 (high-availability ports)"],
  ])("share a frontend with no other Service: %s", async (_, first, second, message) => {
    const run = await start();
    expect((await admit(run, cluster(), named("web", first, 80))).allowed).toBe(true);
    const { status } = await admit(run, cluster(), named("api", second, 443));
    expect(status?.message).toContain(
      `[address-port-conflict] ${A}load-balancer-ipv4: ${message}: use another address`,
    );
  });

  test("conflict with a rule that Azure has, and with Azure's rule for every port", async () => {
    const holds = (protocol: string, port: number): AddressRow => ({
      address: "10.0.1.50",
      assignment: {
        holderId: frontend().id,
        seenAtUtc: "2026-11-23T11:00:00.000Z",
        uses: [{ rule: "aother-rule", protocol, port }],
      },
    });
    const decided = async (row: AddressRow, annotations: Record<string, string>) =>
      (await admit(await start(row), cluster(), named("api", annotations, 443))).status?.message;
    expect(await decided(holds("Tcp", 80), every)).toContain(
      "require all ports of 10.0.1.50, but rule aother-rule uses",
    );
    expect(await decided(holds("All", 0), settings)).toContain(
      "rule aother-rule uses all ports of 10.0.1.50",
    );
    expect(await decided(holds("Tcp", 80), settings)).toBeUndefined();
  });
});

test("a frontend that the cluster's internal load balancers do not have is not shared", async () => {
  const holderId = frontend({}, balancerId().replace("kubernetes-internal", "handmade")).id;
  const { status } = await decide(
    { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" },
    {},
    inUse("10.0.1.50", holderId),
  );
  expect(status?.message).toContain("[address-in-use]");
});

test("a frontend that a person created on the cluster's load balancer is not shared", async () => {
  const holderId = frontend({ name: "handmade" }).id;
  const { status } = await decide(
    { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50" },
    {},
    inUse("10.0.1.50", holderId),
  );
  expect(status?.message).toContain("[address-in-use]");
});

test.each([
  ["on one load balancer are both shared", "kubernetes-internal", undefined],
  ["on two load balancers are not", "blue-internal", "[address-in-use]"],
])("frontends of two families %s", async (_, name, refused) => {
  const other = balancerId().replace("kubernetes-internal", name);
  const run = await start(
    inUse("10.0.1.50", frontend().id),
    inUse("fd00::50", frontend({ name: `${baseName(UID)}-IPv6` }, other).id),
  );
  await run.tables.subnets.transact(VNET.toLowerCase(), [
    { do: "put", key: "apps", value: subnetRow({ prefixes: ["10.0.1.0/24", "fd00::/64"] }) },
  ]);
  const both = { ...INTERNAL, "load-balancer-ipv4": "10.0.1.50", "load-balancer-ipv6": "fd00::50" };
  const object = service(both, { ipFamilies: ["IPv4", "IPv6"] }, { uid: "another" });
  const { status } = await admit(run, cluster(), review(object));
  if (refused === undefined) expect(status).toBeUndefined();
  else expect(status?.message).toContain(refused);
});

test("a Service whose class names another controller is neither judged nor recorded: a warning if it has Azure annotations", async () => {
  const run = await start();
  const annotations = { ...INTERNAL, "load-balancer-ipv4": "10.0.1.3" };
  const object = service(annotations, { loadBalancerClass: "example.com/other" });
  const allowed = { uid: "review-1", allowed: true };
  expect(await admit(run, cluster(), review(object))).toEqual({
    ...allowed,
    warnings: [
      "[load-balancer-class-other] azure-load-balancer-internal is ignored: class example.com/other is not handled by Azure",
    ],
    auditAnnotations: { rules: "load-balancer-class-other=warn" },
  });
  const bare = service({}, { loadBalancerClass: "example.com/other" });
  expect(await admit(run, cluster(), review(bare))).toEqual(allowed);
  expect(await admit(run, cluster(), review(object, { operation: "UPDATE", oldObject: object }))).toEqual(
    allowed,
  );
  expect(await admit(run, cluster(), review(null, { operation: "DELETE", oldObject: object }))).toEqual(
    allowed,
  );
  expect([run.tables.addresses.all(), run.tables.proposals.all()]).toEqual([[], []]);
});

test("an IPv6-only Service is warned about until another has an IPv4 frontend", async () => {
  const run = await start();
  await run.tables.subnets.transact(VNET.toLowerCase(), [
    { do: "put", key: "apps", value: subnetRow({ prefixes: ["10.0.1.0/24", "fd00::/64"] }) },
  ]);
  const six = review(service(INTERNAL, { ipFamilies: ["IPv6"] }, { name: "six", uid: "six" }));
  expect((await admit(run, cluster(), six)).auditAnnotations).toEqual({ rules: "ipv6-first-frontend=warn" });
  await admit(run, cluster(), review(service(INTERNAL)));
  expect(await admit(run, cluster(), six)).toEqual({ uid: "review-1", allowed: true });
});

describe("a Private Link Service", () => {
  const settings = { ...INTERNAL, "pls-create": "true" };
  const rulesOf = async (run: MemoryRun, some: Record<string, string>, old?: Record<string, string>) => {
    const update = old && { operation: "UPDATE", oldObject: service(old) };
    const answer = await admit(run, cluster(), review(service({ ...settings, ...some }), update));
    return answer.auditAnnotations?.["rules"] ?? "";
  };
  const withPrivateLinkServices = async (...ids: [id: string, frontendId: string, owner?: string][]) => {
    const run = await start();
    await run.tables.subnets.transact(VNET.toLowerCase(), [
      { do: "put", key: "apps", value: subnetRow({ plsNetworkPolicies: "Disabled" }) },
      { do: "put", key: "small", value: subnetRow({ name: "small", plsNetworkPolicies: "Disabled" }) },
    ]);
    const rows = ids.map(([id, frontendId, owner = "shop/web"]) => ({
      do: "put" as const,
      key: plsKey(id),
      value: {
        id,
        name: resourceName(id),
        owner,
        frontendIds: [frontendId],
        frontendAddresses: [],
        consumers: [],
      },
    }));
    await run.tables.privateLinkServices.transact(SUBSCRIPTION, rows);
    return run;
  };

  test("stays in its resource group, with its name and its frontend, while it is alive", async () => {
    const run = await withPrivateLinkServices([plsIdIn("pls", "custom"), frontend().id]);
    const before = { ...settings, "pls-resource-group": "custom" };
    expect(await rulesOf(run, {}, before)).toBe("pls-resource-group-changed=deny");
    expect(await rulesOf(run, { "pls-resource-group": "CUSTOM" }, settings)).toBe("");
    const moved = { "pls-resource-group": "custom", "load-balancer-internal-subnet": "small" };
    expect(await rulesOf(run, moved, before)).toContain("pls-frontend-replaced=deny");
    const named = { "pls-resource-group": "custom", "pls-name": "mine" };
    expect(await rulesOf(run, named, before)).toBe("pls-name-added=deny");
    expect(await rulesOf(run, { ...named, "pls-name": "PLS" }, before)).toBe("");
  });

  test("of an earlier Service with the same name does not bind the new one", async () => {
    const run = await withPrivateLinkServices([
      plsIdIn("pls", "custom"),
      frontend({ name: baseName("1".repeat(32)) }).id,
    ]);
    expect(await rulesOf(run, { "pls-name": "mine" })).toBe("");
  });

  test("is not the ninth of its load balancer, wherever the others are", async () => {
    const others = Array.from({ length: 8 }, (_, n): [string, string, string] => [
      plsIdIn(`pls-${n}`, n % 2 === 0 ? "MC_one" : "custom"),
      frontend({ name: baseName(String(n).repeat(32)) }).id,
      `shop/other-${n}`,
    ]);
    const elsewhere = frontend({}, balancerId("MC_two")).id;
    expect(await rulesOf(await withPrivateLinkServices(...others), {})).toBe("pls-balancer-full=deny");
    const [, ...seven] = others;
    const run = await withPrivateLinkServices(...seven, [plsIdIn("ninth", "MC_two"), elsewhere, "shop/b"]);
    expect(await rulesOf(run, {})).toBe("");
  });

  test("with consumers warns when its Service is deleted, and policy may refuse", async () => {
    const run = await start();
    const owner = { owner: "shop/web", frontendIds: [frontend().id], frontendAddresses: [] };
    const consumers = [{ status: "Approved" as const, subscription: "s-1" }];
    await run.tables.privateLinkServices.transact(SUBSCRIPTION, [
      { do: "put", key: "mc_one/pls", value: { id: plsIdIn("pls"), name: "pls", ...owner, consumers } },
    ]);
    const deletion = review(null, { operation: "DELETE", oldObject: service(settings) });
    expect(await admit(run, cluster(), deletion)).toMatchObject({
      allowed: true,
      warnings: [
        "[pls-consumers-connected] Private Link Service pls is deleted; it has 1 approved private endpoint connection from s-1",
      ],
    });
    await applyPolicy(run, { rules: { "pls-consumers-connected": "deny" } });
    run.clock.advance(10);
    expect((await admit(run, cluster(), deletion)).allowed).toBe(false);
  });

  test("holds its static NAT addresses in its own subnet, for itself alone", async () => {
    const run = await start();
    const nat = {
      ...settings,
      "pls-ip-configuration-subnet": "small",
      "pls-ip-configuration-ip-address": "10.0.2.6",
    };
    expect((await admit(run, cluster(), review(service(nat)))).allowed).toBe(true);
    expect(run.tables.addresses.all()).toMatchObject([
      { address: "10.0.2.6", claims: [{ owner: { name: "web" } }] },
    ]);
    const second = await admit(run, cluster(), review(service(nat, {}, { name: "api", uid: "u" })));
    expect(second.auditAnnotations?.["rules"]).toContain("pls-address-claimed=deny");
  });

  test("cannot have the address of its Service, which is reported with all other conflicts", async () => {
    const twice = {
      ...settings,
      "load-balancer-ipv4": "10.0.1.10",
      "pls-ip-configuration-ip-address": "10.0.1.10",
    };
    const free = await start();
    expect(await admit(free, cluster(), review(service(twice)))).toMatchObject({
      allowed: false,
      status: { message: expect.stringContaining("10.0.1.10 is in use by this Service's own frontend") },
    });
    expect(free.tables.addresses.all()).toEqual([]);
    const held = await start(inUse("10.0.1.10"));
    const { auditAnnotations } = await admit(held, cluster(), review(service(twice)));
    expect(auditAnnotations?.["rules"]).toMatch(/,address-in-use=deny,pls-address-in-use=deny$/);
  });

  test("with a thousand addresses costs no more reads than one with as many as it may have", async () => {
    const run = await start();
    const many = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join(" ");
    const asked = service({ ...settings, "pls-ip-configuration-ip-address": many });
    expect((await admit(run, cluster(), review(asked))).allowed).toBe(false);
    expect(run.tables.addresses.calls.count("get")).toBe(8);
  });
});
