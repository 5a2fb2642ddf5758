import { claim } from "../builders/claims.ts";
import { randomBytes } from "node:crypto";
import { TableClient } from "@azure/data-tables";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { azureTable } from "../../shared/adapters/table.ts";
import { dropProposed } from "../../shared/inventory/dropClaims.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { findTaken, type ClaimRequest, type Taken } from "../../shared/inventory/takeClaims.ts";
import type { AddressRow, Claim } from "../../shared/inventory/model.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { frontend, subnetId } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const SUBNET = subnetId("apps");
const LATER = "2026-11-23T13:00:00.000Z";

interface Wish {
  addresses?: string[];
  expiresAtUtc?: string;
  mayShare?: (holderId: string) => boolean;
  /** TCP ports; null: the address is requested exclusively. */
  ports?: readonly number[] | null;
  subnet?: string;
}

function request(service: string, wish: Wish = {}): ClaimRequest {
  const [cluster = "", name = ""] = service.split("/");
  const { addresses = ["10.0.1.10"], expiresAtUtc = LATER, mayShare = () => false, ports = [80] } = wish;
  return {
    owner: { cluster, namespace: "shop", name, uid: `uid-${service}` },
    expiresAtUtc,
    wants: addresses.map((address) => ({
      ...addressPlace(wish.subnet ?? SUBNET, address),
      mayShare,
      ...(ports && { ports: tcp(ports) }),
    })),
  };
}

const tcp = (ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const claimOf = (service: string, ports = [80]) => ({
  owner: request(service).owner,
  state: "proposed",
  sinceUtc: "2026-11-23T12:00:00.000Z",
  expiresAtUtc: LATER,
  ports: tcp(ports),
});
const expiryOf = (claim: Claim | undefined) => (claim?.state === "proposed" ? claim.expiresAtUtc : undefined);
const got: Taken[] = [];
const refusals = (taken: readonly Taken[]) => taken.map(({ obstacle }) => obstacle.by);

async function rowOf(run: Run, address = "10.0.1.10"): Promise<AddressRow | undefined> {
  return (await run.ports.tables.addresses.get(canonicalId(SUBNET), addressKey(address)))?.value;
}

async function place(run: Run, row: AddressRow): Promise<void> {
  await run.ports.tables.addresses.transact(canonicalId(SUBNET), [
    { do: "put", key: addressKey(row.address), value: row },
  ]);
}

function onAzurite(): MemoryRun {
  const run = memoryRun();
  const client = TableClient.fromConnectionString(inject("storage"), `a${randomBytes(8).toString("hex")}`, {
    allowInsecureConnection: true,
  });
  return {
    ...run,
    ports: {
      ...run.ports,
      tables: { ...run.ports.tables, addresses: azureTable<AddressRow>(async () => client) },
    },
  };
}

describe.each([
  ["memory", memoryRun],
  ["Azurite", onAzurite],
])("reserving on %s", (_, start) => {
  test("a free address becomes the Service's own", async () => {
    const run = start();
    expect(await claim(run, request("one/web"))).toEqual(got);
    expect(await rowOf(run)).toEqual({
      address: "10.0.1.10",
      claims: [claimOf("one/web")],
    });
  });

  test("a repeated request has the same result, and renews it", async () => {
    const run = start();
    await claim(run, request("one/web"));
    expect(await claim(run, request("one/web", { expiresAtUtc: "2026-11-23T14:00:00.000Z" }))).toEqual(got);
    expect(expiryOf((await rowOf(run))?.claims?.[0])).toBe("2026-11-23T14:00:00.000Z");
  });

  test("the refusal of another Service names the holder and the expiry", async () => {
    const run = start();
    await claim(run, request("one/web"));
    const [taken] = await claim(run, request("two/web"));
    expect(taken?.obstacle).toEqual({ by: "claim", claim: claimOf("one/web") });
  });

  test("an expired reservation may be taken over", async () => {
    const run = start();
    await claim(run, request("one/web"));
    run.clock.advance(3600);
    expect(await claim(run, request("two/web", { expiresAtUtc: "2026-11-23T15:00:00.000Z" }))).toEqual(got);
    expect((await rowOf(run))?.claims?.[0]?.owner.cluster).toBe("two");
  });

  test("an address that Azure has assigned is refused to every Service", async () => {
    const run = start();
    await place(run, { address: "10.0.1.10", assignment: { holderId: frontend().id, seenAtUtc: LATER } });
    expect(refusals(await claim(run, request("one/web")))).toEqual(["holder"]);
  });

  test("a frontend that may be shared is shared, on free ports", async () => {
    const run = start();
    const uses = [{ rule: "aother-TCP-443", protocol: "Tcp", port: 443 }];
    await place(run, {
      address: "10.0.1.10",
      assignment: { holderId: frontend().id, seenAtUtc: LATER, uses },
    });
    const mayShare = (id: string) => id === frontend().id;
    expect(refusals(await claim(run, request("one/web", { mayShare, ports: [443] })))).toEqual(["rule"]);
    expect(await claim(run, request("one/web", { mayShare }))).toEqual(got);
    expect((await rowOf(run))?.claims).toEqual([claimOf("one/web")]);
  });

  test("several addresses are had together or not at all", async () => {
    const run = start();
    await claim(run, request("two/web", { addresses: ["10.0.1.11"] }));
    const both = await claim(run, request("one/web", { addresses: ["10.0.1.10", "10.0.1.11"] }));
    expect(refusals(both)).toEqual(["claim"]);
    expect(await rowOf(run, "10.0.1.10")).toBeUndefined();
  });

  test("of many who race for one address exactly one wins", async () => {
    const run = start();
    const racers = Array.from({ length: 20 }, (_, n) => claim(run, request(`c${n}/web`)));
    expect((await Promise.all(racers)).filter((taken) => taken.length === 0)).toHaveLength(1);
  });
});

describe("Services of one cluster", () => {
  test("share an address on different ports, and are refused the same one, by name", async () => {
    const run = memoryRun();
    expect(await claim(run, request("one/web"))).toEqual(got);
    expect(await claim(run, request("one/api", { ports: [443] }))).toEqual(got);
    expect((await rowOf(run))?.claims).toEqual([claimOf("one/web"), claimOf("one/api", [443])]);
    const [taken] = await claim(run, request("one/third", { ports: [8080, 443] }));
    expect(taken?.obstacle).toMatchObject({
      by: "port",
      port: { port: 443 },
      claim: { owner: { name: "api" } },
    });
  });

  test("keep the claims of the others when one of them repeats its request", async () => {
    const run = memoryRun();
    await claim(run, request("one/web"));
    await claim(run, request("one/api", { ports: [443] }));
    await claim(run, request("one/web"));
    expect((await rowOf(run))?.claims?.map(({ owner }) => owner.name)).toEqual(["api", "web"]);
  });

  test("another cluster has to wait for the last of them", async () => {
    const run = memoryRun();
    await claim(run, request("one/web"));
    await claim(run, request("one/api", { ports: [443], expiresAtUtc: "2026-11-23T13:30:00.000Z" }));
    run.clock.advance(4000);
    expect(refusals(await claim(run, request("two/web", { ports: [81] })))).toEqual(["claim"]);
    run.clock.advance(2000);
    expect(await claim(run, request("two/web", { ports: [81] }))).toEqual(got);
  });

  test("do not share an address that is requested exclusively", async () => {
    const run = memoryRun();
    await claim(run, request("one/web", { ports: null }));
    expect(refusals(await claim(run, request("one/api", { ports: [443] })))).toEqual(["claim"]);
    expect(refusals(await claim(run, request("one/api", { ports: null })))).toEqual(["claim"]);
  });
});

describe("addresses in several subnets", () => {
  const both = (service: string) => ({
    ...request(service),
    wants: ["apps", "pls"].flatMap((name) => request(service, { subnet: subnetId(name) }).wants),
  });

  test("are had together", async () => {
    const run = memoryRun();
    expect(await claim(run, both("one/web"))).toEqual(got);
    expect(run.tables.addresses.all()).toHaveLength(2);
  });

  test("are had together or not at all", async () => {
    const run = memoryRun();
    await claim(run, request("two/web", { subnet: subnetId("pls") }));
    expect(refusals(await claim(run, both("one/web")))).toEqual(["claim"]);
    expect(await rowOf(run)).toBeUndefined();
  });

  test("all conflicts are reported at once", async () => {
    const run = memoryRun();
    await claim(run, both("two/web"));
    expect(refusals(await claim(run, both("one/web")))).toEqual(["claim", "claim"]);
  });

  test.each([
    ["a free address", []],
    ["an address that the Service had", ["one/web"]],
  ])("that a later subnet refuses leave what others were promised of %s meanwhile", async (_, before) => {
    const run = memoryRun();
    for (const service of before) await claim(run, request(service));
    const { addresses } = run.tables;
    const transact = addresses.transact.bind(addresses);
    addresses.transact = async (partition, writes) => {
      const written = await transact(partition, writes);
      if (!written.ok) return written;
      addresses.transact = transact;
      expect(await claim(run, request("two/web", { subnet: subnetId("pls") }))).toEqual(got);
      expect(await claim(run, request("one/api", { ports: [443] }))).toEqual(got);
      return written;
    };
    expect(
      refusals(await claim(run, { ...both("one/web"), expiresAtUtc: "2026-11-23T15:00:00.000Z" })),
    ).toEqual(["claim"]);
    const kept = [...before.map((service) => claimOf(service)), claimOf("one/api", [443])];
    expect((await rowOf(run))?.claims).toEqual(kept);
  });

  test("a renewal that fails leaves the reservation that was there", async () => {
    const run = memoryRun();
    await claim(run, request("one/web"));
    await claim(run, request("two/web", { subnet: subnetId("pls") }));
    await claim(run, { ...both("one/web"), expiresAtUtc: "2026-11-23T15:00:00.000Z" });
    expect((await rowOf(run))?.claims).toEqual([claimOf("one/web")]);
  });
});

test("a look leaves nothing behind", async () => {
  const run = memoryRun();
  expect(await findTaken(run, request("one/web"))).toEqual([]);
  expect(run.tables.addresses.all()).toEqual([]);
});

test("what the API server refused is free at once, and nothing else is touched", async () => {
  const run = memoryRun();
  await claim(run, request("one/web"));
  expect(await dropProposed(run, request("two/web").owner, addressPlace(SUBNET, "10.0.1.10"))).toBe(0);
  expect((await rowOf(run))?.claims).toHaveLength(1);
  expect(await dropProposed(run, request("one/web").owner, addressPlace(SUBNET, "10.0.1.10"))).toBe(1);
  expect(await rowOf(run)).toBeUndefined();
});

describe("whatever happens in whatever order", () => {
  const act = fc.record({
    who: fc.constantFrom("one/a", "one/b", "one/c", "two/a", "three/c"),
    addresses: fc.uniqueArray(fc.constantFrom("10.0.1.10", "10.0.1.11", "10.0.1.12"), { minLength: 1 }),
    ports: fc.constantFrom([80], [443], [80, 443], [8080], null),
    wait: fc.integer({ min: 0, max: 900 }),
    crash: fc.boolean(),
  });
  interface Promise_ {
    who: string;
    ports: readonly number[] | null;
    until: string;
  }
  const cluster = (who: string) => who.split("/")[0];
  const mayShare = (a: Omit<Promise_, "until">, b: Omit<Promise_, "until">) =>
    a.who === b.who ||
    (cluster(a.who) === cluster(b.who) &&
      a.ports !== null &&
      b.ports !== null &&
      !a.ports.some((port) => b.ports?.includes(port)));

  /** The API server may have accepted any of a Service's requests. */
  const withEarlier = (ports: readonly number[] | null, earlier: Promise_ | undefined, nowUtc: string) =>
    ports === null || !earlier || earlier.until <= nowUtc ? ports : [...ports, ...(earlier.ports ?? [])];

  test("a live claim never changes hands, and is refused exactly to those who may not share it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const run = memoryRun();
        const promised = new Map<string, Promise_>();
        for (const { who, addresses, ports, wait, crash } of acts) {
          run.clock.advance(wait);
          const expiresAtUtc = new Date(Date.parse(run.clock.nowUtc) + 1_200_000).toISOString();
          if (crash) run.tables.addresses.calls.failNext(new Error("lost"), { method: "transact" });
          const wish = { addresses, ports, expiresAtUtc };
          const outcome = await claim(run, request(who, wish)).catch(() => undefined);
          const isBarred = addresses.some((address) =>
            [...promised].some(
              ([key, other]) =>
                key.startsWith(`${address} `) &&
                other.until > run.clock.nowUtc &&
                !mayShare({ who, ports }, other),
            ),
          );
          if (outcome) expect(outcome.length > 0).toBe(isBarred);
          if (outcome?.length === 0)
            for (const address of addresses)
              promised.set(`${address} ${who}`, {
                who,
                ports: withEarlier(ports, promised.get(`${address} ${who}`), run.clock.nowUtc),
                until: expiresAtUtc,
              });
        }
        for (const { claims = [] } of run.tables.addresses.all()) {
          const alive = claims.filter((one) => (expiryOf(one) ?? "") > run.clock.nowUtc);
          expect(new Set(alive.map(({ owner }) => owner.cluster)).size).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("of addresses in two subnets, with crashes between the writes, none has two owners and none leaks", async () => {
    const step = fc.record({
      who: fc.constantFrom("one/a", "two/b", "three/c"),
      crashAt: fc.integer({ min: 0, max: 3 }),
      wait: fc.integer({ min: 0, max: 900 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const run = memoryRun();
        for (const { who, crashAt, wait } of steps) {
          run.clock.advance(wait);
          const expiresAtUtc = new Date(Date.parse(run.clock.nowUtc) + 1_200_000).toISOString();
          const wants = ["apps", "pls"].flatMap(
            (name) => request(who, { subnet: subnetId(name), ports: null }).wants,
          );
          if (crashAt > 0)
            run.tables.addresses.calls.failNext(new Error("crash"), {
              method: "transact",
              after: crashAt - 1,
            });
          await claim(run, { ...request(who), expiresAtUtc, wants }).catch(() => undefined);
          const owners = run.tables.addresses
            .all()
            .flatMap(({ claims = [] }) => [claims.filter((one) => (expiryOf(one) ?? "") > run.clock.nowUtc)]);
          for (const alive of owners) expect(alive.length).toBeLessThanOrEqual(1);
        }
        run.tables.addresses.calls.heal();
        run.clock.advance(1_201);
        expect(await claim(run, request("last/one", { ports: null }))).toEqual(got);
      }),
      { numRuns: 150 },
    );
  });
});

test("when 500 race for 50 addresses on Azurite, exactly 50 win", async () => {
  const run = onAzurite();
  const addresses = Array.from({ length: 50 }, (_, n) => `10.0.1.${n + 10}`);
  const racers = Array.from({ length: 500 }, (_, n) =>
    claim(run, request(`c${n}/web`, { addresses: [addresses[n % 50] ?? ""] })),
  );
  expect((await Promise.all(racers)).filter((taken) => taken.length === 0)).toHaveLength(50);
}, 60_000);
