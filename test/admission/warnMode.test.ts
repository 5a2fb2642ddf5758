/**
 * Warn mode: admission allows what it would refuse, and records it. Claims of other Services stay as a refusal leaves them, and no address
 * and no name gets a second owner.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit } from "../../shared/admission/admit.ts";
import { answerUnread } from "../../shared/admission/guarded.ts";
import { writeAddresses } from "../../shared/admission/mutate.ts";
import {
  listRefusals,
  recordRefusal,
  removeExpiredRefusals,
  type RefusalFilter,
} from "../../shared/admission/refusalStore.ts";
import { AdmissionReview, type AdmissionResponse } from "../../shared/admission/review.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { ClaimWorld, type Wish } from "../builders/claimWorld.ts";
import { cluster } from "../builders/world.ts";
import type { MemoryRun } from "../memory/run.ts";
import { Trips } from "../memory/trips.ts";

const WARN = { modes: { admission: "warn" } };
const TAKEN: Wish = { address: "10.0.1.50", pls: "pls-x" };

const MALFORMED = {
  "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
  "service.beta.kubernetes.io/azure-load-balancer-ipv4": "10.1",
};

function reviewOf(some: object): AdmissionReview {
  const kind = { group: "", version: "v1", kind: "Service" };
  const request = { uid: "u", kind, namespace: "shop", name: "web", operation: "CREATE", ...some };
  return AdmissionReview.parse({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
}

async function worldIn(policy: object): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start(policy);
  await world.create("one/owner", TAKEN);
  return world;
}

const isWouldBe = ({ warnings = [] }: AdmissionResponse) =>
  warnings.some((warning) => warning.startsWith("would be refused: "));

describe("the mode of a namespace", () => {
  const conflict = async (policy: object) => (await worldIn(policy)).create("two/web", TAKEN);

  test.each<[string, object, boolean]>([
    ["is enforce by default", {}, false],
    ["is warn for all", WARN, true],
    ["is warn for the cluster", { overrides: [{ clusters: ["two"], ...WARN }] }, true],
    ["is warn for another cluster", { overrides: [{ clusters: ["one"], ...WARN }] }, false],
    ["is warn for the namespace", { overrides: [{ namespaces: ["shop"], ...WARN }] }, true],
    ["is warn for another namespace", { overrides: [{ namespaces: ["bank"], ...WARN }] }, false],
    [
      "is enforce for the cluster, and warn for all others",
      { ...WARN, overrides: [{ clusters: ["two"], modes: { admission: "enforce" } }] },
      false,
    ],
    [
      "is that of the last entry that sets one",
      {
        overrides: [
          { clusters: ["two"], ...WARN },
          { namespaces: ["shop"], rules: {} },
        ],
      },
      true,
    ],
  ])("%s", async (_, policy, allowed) => expect((await conflict(policy)).allowed).toBe(allowed));
});

describe("a Service that would be refused", () => {
  test("is allowed with warnings that name each violation, and is recorded", async () => {
    const world = await worldIn(WARN);
    const response = await world.create("two/web", { address: "10.0.1.50", pls: "pls-x" });
    expect(response).toMatchObject({
      allowed: true,
      auditAnnotations: {
        rules: "pls-network-policies-enabled=warn,pls-name-claimed=deny,address-claimed=deny",
        mode: "warn",
      },
    });
    const by = "claimed by Service one/shop/owner; its cluster has not confirmed the";
    expect(response.warnings?.map((text) => text.slice(0, 90))).toEqual([
      `would be refused: [pls-name-claimed] pls-x is ${by}`.slice(0, 90),
      `would be refused: [address-claimed] 10.0.1.50 is ${by}`.slice(0, 90),
      expect.stringMatching(/^\[pls-network-policies-enabled\] /),
    ]);
    for (const warning of response.warnings ?? []) expect(warning.length).toBeLessThan(120);
    expect(world.run.tables.refusals.all()).toEqual([
      {
        cluster: "two",
        namespace: "shop",
        name: "web",
        operation: "CREATE",
        mode: "warn",
        atUtc: world.run.clock.nowUtc,
        reasons: [
          expect.objectContaining({ rule: "pls-name-claimed" }),
          {
            rule: "address-claimed",
            field: "service.beta.kubernetes.io/azure-load-balancer-ipv4",
            message: expect.stringContaining("is claimed by Service one/shop/owner"),
          },
        ],
      },
    ]);
  });

  test("is recorded as refused in enforce mode", async () => {
    const world = await worldIn({});
    await world.create("two/web", TAKEN);
    expect(world.run.tables.refusals.all()).toMatchObject([{ name: "web", mode: "enforce" }]);
  });

  test("is decided although the record fails, or takes too long", async () => {
    const world = await worldIn(WARN);
    const { refusals } = world.run.tables;
    refusals.calls.failNext(new Error("ECONNREFUSED"));
    expect((await world.create("two/web", TAKEN)).allowed).toBe(true);
    refusals.transact = () => new Promise(() => {});
    expect((await world.create("two/other", TAKEN)).allowed).toBe(true);
  });

  test("is refused without waiting for the record, if the record can be handed over", async () => {
    const { run } = await worldIn({});
    run.tables.refusals.transact = () => new Promise(() => {});
    const works: Promise<void>[] = [];
    const other = { metadata: { name: "web", namespace: "shop", uid: "u", annotations: MALFORMED } };
    const object = { ...other, spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] } };
    const response = await admit(run, cluster({ name: "two" }), reviewOf({ object }), {
      afterwards: (work) => works.push(work),
    });
    expect([response.allowed, works.length]).toEqual([false, 1]);
  });

  test("claims nothing of another Service, and every place that is free", async () => {
    const world = await worldIn(WARN);
    const before = await world.row("10.0.1.50");
    await world.create("two/web", { address: "10.0.1.50", pls: "pls-y", natAddress: "10.0.1.60" });
    expect(await world.row("10.0.1.50")).toEqual(before);
    expect(await world.claimants("pls-y")).toEqual(["two/web"]);
    expect(await world.claimants("10.0.1.60")).toEqual(["two/web"]);
    expect(proposed(world)).toContain("two/web");
  });

  test("protects its free places from a cluster in enforce mode before its cluster confirms it", async () => {
    const world = await worldIn({ overrides: [{ clusters: ["two"], ...WARN }] });
    await world.create("two/web", { address: "10.0.1.51", pls: "pls-x" });
    expect((await world.create("one/late", { address: "10.0.1.51" })).allowed).toBe(false);
  });

  test("keeps no claims over quota: a token cannot exhaust a subnet", async () => {
    const world = await new ClaimWorld().start({
      ...WARN,
      claims: { unconfirmedPercent: 0, unconfirmedAtLeast: 1 },
    });
    await world.create("two/a", { address: "10.0.1.50" });
    const response = await world.create("two/b", { address: "10.0.1.51" });
    expect([response.allowed, isWouldBe(response)]).toEqual([true, true]);
    expect(await world.claimants("10.0.1.51")).toEqual([]);
    expect(world.run.tables.unconfirmed.all()).toHaveLength(1);
  });

  test("costs at most as many trips as a refusal, and those of the claims", async () => {
    const world = await worldIn(WARN);
    const trips = new Trips(world.run);
    await world.create("two/web", { address: "10.0.1.50", pls: "pls-y" });
    expect(trips.count).toBeLessThanOrEqual(8);
  });
});

describe("without a rule", () => {
  const object = { metadata: { name: 1 } };
  const unread = (run: MemoryRun, some: object = {}) =>
    answerUnread(run, {
      error: new InvalidInput("request.object: wrong"),
      review: reviewOf({ object, ...some }),
      cluster: { name: "two" },
      timeoutSeconds: 5,
    });
  const message = "Mooring cannot check this Service: request.object: wrong";

  test("a Service that Mooring cannot read is allowed with a warning, and recorded", async () => {
    const { run } = await new ClaimWorld().start(WARN);
    expect(await unread(run)).toEqual({
      uid: "u",
      allowed: true,
      warnings: [`would be refused: ${message}`],
    });
    expect(run.tables.refusals.all()).toMatchObject([{ name: "web", mode: "warn", reasons: [{ message }] }]);
  });

  test("it is refused in enforce mode, and a dry run leaves no record", async () => {
    const { run } = await new ClaimWorld().start();
    expect(await unread(run, { dryRun: true })).toMatchObject({ allowed: false, status: { code: 422 } });
    expect(run.tables.refusals.all()).toEqual([]);
  });

  test("a Service for which no address is free is admitted without one", async () => {
    const { run } = await new ClaimWorld().start(WARN);
    const annotations = {
      "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
      "mooring.dev/address": "auto",
      "mooring.dev/address-pool": "none",
    };
    const metadata = { name: "web", namespace: "shop", uid: "u", annotations };
    const auto = { metadata, spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] } };
    const response = await writeAddresses(run, cluster({ name: "two" }), reviewOf({ object: auto }));
    expect(response).toMatchObject({ allowed: true, warnings: [expect.stringContaining('pool "none"')] });
    expect(run.tables.refusals.all()).toMatchObject([{ name: "web", mode: "warn" }]);
  });
});

const owner = fc.constantFrom("one/a", "one/b", "two/a", "two/c");
const wish = fc.record<Wish>(
  {
    address: fc.constantFrom("10.0.1.50", "10.0.1.51", "10.0.9.9"),
    ports: fc.constantFrom([80], [443], [80, 443]),
    pls: fc.constantFrom("pls-x", "pls-y"),
    natAddress: fc.constantFrom("10.0.1.50", "10.0.1.60"),
    replaces: fc.constantFrom("shop/a", "one/shop/a"),
  },
  { requiredKeys: ["address"] },
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("create" as const, "update" as const), owner, wish }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Claims by place: `cluster/name state` of each. */
function claimsIn({ run }: ClaimWorld): ReadonlyMap<string, readonly string[]> {
  const textOf = ({ claims = [] }: AddressRow) =>
    claims.map(({ owner: { cluster, name, uid }, state }) => `${cluster}/${name} ${uid} ${state}`);
  return new Map(run.tables.addresses.all().map((row) => [row.address, textOf(row).toSorted()]));
}

function proposed({ run }: ClaimWorld): string[] {
  return run.tables.proposals.all().map(({ declared: { cluster, name } }) => `${cluster}/${name}`);
}

/** Ids of the rules that refused, or would have. */
function rulesOf({ run }: ClaimWorld): (string | undefined)[] {
  return run.tables.refusals
    .all()
    .flatMap(({ reasons }) => reasons.map(({ rule }) => rule))
    .toSorted((a = "", b = "") => (a < b ? -1 : 1));
}

async function play(world: ClaimWorld, one: Step): Promise<AdmissionResponse | undefined> {
  if (one.do === "settle") return world.settle().then(() => undefined);
  if (one.do === "remove") return world.remove(one.owner);
  return world[one.do](one.owner, one.wish);
}

/** The same steps, then one request in enforce mode and in warn mode. */
async function bothModes(steps: readonly Step[], last: Step) {
  const worlds = await Promise.all(
    [{}, WARN].map(async (policy) => {
      const world = await new ClaimWorld().start({ overrides: [{ clusters: ["two"], ...policy }] });
      // Until then cluster two refuses too, so that both worlds are the same.
      for (const one of steps) if (!("owner" in one) || one.owner.startsWith("one/")) await play(world, one);
      const before = claimsIn(world);
      return { world, before, response: await play(world, last) };
    }),
  );
  const [enforced, warned] = worlds;
  if (!enforced || !warned) throw new Error("two worlds");
  return { enforced, warned };
}

const requestOfTwo = fc.record({
  do: fc.constant("create" as const),
  owner: fc.constantFrom("two/a", "two/c"),
  wish,
});

test("warn mode allows exactly what enforce mode refuses, states why, and changes no claim of another Service", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), requestOfTwo, async (steps, last) => {
      const { enforced, warned } = await bothModes(steps, last);
      expect(warned.before).toEqual(enforced.before);
      expect(warned.response?.allowed).toBe(true);
      expect(isWouldBe(warned.response ?? { uid: "", allowed: false })).toBe(!enforced.response?.allowed);
      expect(rulesOf(warned.world)).toEqual(rulesOf(enforced.world));
      for (const [place, claims] of warned.before) {
        const now = claimsIn(warned.world).get(place) ?? [];
        expect(now).toEqual(expect.arrayContaining([...claims]));
      }
    }),
    { numRuns: 150 },
  ));

test("a place that a Service has gets no second owner by a request that would be refused", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const world = await new ClaimWorld().start(WARN);
      for (const one of steps) {
        const before = claimsIn(world);
        const response = await play(world, one);
        if (!response || !isWouldBe(response) || !("owner" in one)) continue;
        expect(response.allowed).toBe(true);
        const isOwn = (claim: string) => claim.startsWith(`${one.owner} `);
        for (const [place, claims] of claimsIn(world)) {
          const others = (before.get(place) ?? []).filter((claim) => !isOwn(claim));
          expect(claims.filter((claim) => !isOwn(claim))).toEqual(others);
          const isConflict = response.warnings?.some(
            (text) =>
              /^would be refused: \[[\w-]*(claimed|in-use|port-conflict)\]/.test(text) &&
              text.includes(` ${place} `) &&
              !text.includes("own frontend"),
          );
          if (isConflict) expect(claims).toEqual(before.get(place) ?? []);
        }
      }
    }),
    { numRuns: 150 },
  ));

describe("the list of refusals", () => {
  async function recorded(): Promise<MemoryRun> {
    const { run } = await new ClaimWorld().start();
    for (const [name, seconds, mode] of [
      ["old", 0, "enforce"],
      ["web", 40 * 86_400, "warn"],
      ["web", 86_400, "enforce"],
      ["api", 60, "warn"],
    ] as const) {
      run.clock.advance(seconds);
      const request = { cluster: "two", namespace: "shop", name, operation: "CREATE", mode };
      await recordRefusal(run, { ...request, reasons: [{ message: "taken" }] });
    }
    return run;
  }
  const listed = async (run: MemoryRun, filter: RefusalFilter = {}, after?: string) =>
    (await Array.fromAsync(listRefusals(run, filter, after))).map(
      ({ value: { name, mode } }) => `${name} ${mode}`,
    );

  test("starts with the newest day, has one entry for each Service and day, and continues after a key", async () => {
    const run = await recorded();
    expect(await listed(run)).toEqual(["api warn", "web enforce", "web warn", "old enforce"]);
    const [first] = await Array.fromAsync(listRefusals(run, {}));
    expect(await listed(run, {}, first?.key)).toEqual(["web enforce", "web warn", "old enforce"]);
  });

  test.each<[string, RefusalFilter, number]>([
    ["mode", { mode: "warn" }, 2],
    ["cluster", { cluster: "one" }, 0],
    ["namespace", { namespace: "shop" }, 4],
    ["time", { sinceUtc: "2027-01-01T00:00:00.000Z" }, 3],
  ])("is filtered by %s", async (_, filter, count) =>
    expect(await listed(await recorded(), filter)).toHaveLength(count),
  );

  test("keeps 30 days", async () => {
    const run = await recorded();
    await removeExpiredRefusals(run);
    expect(await listed(run)).toEqual(["api warn", "web enforce", "web warn"]);
  });
});
