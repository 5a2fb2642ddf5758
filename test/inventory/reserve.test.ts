import { randomBytes } from "node:crypto";
import { TableClient } from "@azure/data-tables";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { addressKey } from "../../shared/addresses/key.ts";
import { azureTable } from "../../shared/azure/table.ts";
import { findTaken, reserve, type ReservationRequest } from "../../shared/inventory/reserve.ts";
import { release } from "../../shared/inventory/release.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { canonicalId } from "../../shared/network/resourceId.ts";
import type { Run } from "../../shared/ports.ts";
import { frontend, subnetId } from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const SUBNET = subnetId("apps");
const LATER = "2026-11-23T13:00:00.000Z";

function request(service: string, some: Partial<ReservationRequest> = {}): ReservationRequest {
  const [cluster = "", name = ""] = service.split("/");
  return {
    subnetId: SUBNET,
    addresses: ["10.0.1.10"],
    owner: { cluster, namespace: "shop", name, uid: `uid-${service}` },
    expiresAtUtc: LATER,
    mayShare: () => false,
    ...some,
  };
}

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
    expect(await reserve(run, request("one/web"))).toEqual({ ok: true });
    expect(await rowOf(run)).toEqual({
      address: "10.0.1.10",
      reservation: { owner: request("one/web").owner, expiresAtUtc: LATER },
    });
  });

  test("asking again is the same, and renews it", async () => {
    const run = start();
    await reserve(run, request("one/web"));
    expect(await reserve(run, request("one/web", { expiresAtUtc: "2026-11-23T14:00:00.000Z" }))).toEqual({
      ok: true,
    });
    expect((await rowOf(run))?.reservation?.expiresAtUtc).toBe("2026-11-23T14:00:00.000Z");
  });

  test("another Service is told who holds it and until when", async () => {
    const run = start();
    await reserve(run, request("one/web"));
    const second = await reserve(run, request("two/web"));
    expect(second).toEqual({
      ok: false,
      taken: [
        { address: "10.0.1.10", reservation: { owner: request("one/web").owner, expiresAtUtc: LATER } },
      ],
    });
  });

  test("an expired reservation may be taken over", async () => {
    const run = start();
    await reserve(run, request("one/web"));
    run.clock.advance(3600);
    expect(await reserve(run, request("two/web", { expiresAtUtc: "2026-11-23T15:00:00.000Z" }))).toEqual({
      ok: true,
    });
    expect((await rowOf(run))?.reservation?.owner.cluster).toBe("two");
  });

  test("an address that Azure has given away is refused, whoever asks", async () => {
    const run = start();
    await place(run, { address: "10.0.1.10", assignment: { holderId: frontend().id, seenAtUtc: LATER } });
    expect((await reserve(run, request("one/web"))).ok).toBe(false);
  });

  test("a frontend that may be shared is shared, without a reservation", async () => {
    const run = start();
    await place(run, { address: "10.0.1.10", assignment: { holderId: frontend().id, seenAtUtc: LATER } });
    expect(await reserve(run, request("one/web", { mayShare: (id) => id === frontend().id }))).toEqual({
      ok: true,
    });
    expect((await rowOf(run))?.reservation).toBeUndefined();
  });

  test("several addresses are had together or not at all", async () => {
    const run = start();
    await reserve(run, request("two/web", { addresses: ["10.0.1.11"] }));
    const both = await reserve(run, request("one/web", { addresses: ["10.0.1.10", "10.0.1.11"] }));
    expect(both.ok).toBe(false);
    expect(await rowOf(run, "10.0.1.10")).toBeUndefined();
  });

  test("of many who race for one address exactly one wins", async () => {
    const run = start();
    const racers = Array.from({ length: 20 }, (_, n) => reserve(run, request(`c${n}/web`)));
    expect((await Promise.all(racers)).filter(({ ok }) => ok)).toHaveLength(1);
  });
});

test("a look leaves nothing behind", async () => {
  const run = memoryRun();
  expect(await findTaken(run, request("one/web"))).toEqual([]);
  expect(run.tables.addresses.all()).toEqual([]);
});

test("a deleted Service's address is free soon, not at once, and nobody else's is touched", async () => {
  const run = memoryRun();
  await reserve(run, request("one/web"));
  await release(run, request("two/web").owner, SUBNET, "10.0.1.10");
  expect((await rowOf(run))?.reservation?.expiresAtUtc).toBe(LATER);
  await release(run, request("one/web").owner, SUBNET, "10.0.1.10");
  expect((await rowOf(run))?.reservation?.expiresAtUtc).toBe("2026-11-23T12:02:00.000Z");
});

test("whatever happens in whatever order, a live reservation never changes hands", async () => {
  const act = fc.record({
    who: fc.constantFrom("one/a", "one/b", "two/a", "three/c"),
    addresses: fc.uniqueArray(fc.constantFrom("10.0.1.10", "10.0.1.11"), { minLength: 1 }),
    wait: fc.integer({ min: 0, max: 900 }),
    crash: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
      const run = memoryRun();
      const promised = new Map<string, { who: string; until: string }>();
      for (const { who, addresses, wait, crash } of acts) {
        run.clock.advance(wait);
        const expiresAtUtc = new Date(Date.parse(run.clock.nowUtc) + 1_200_000).toISOString();
        if (crash) run.tables.addresses.calls.failNext(new Error("lost"), { method: "transact" });
        const outcome = await reserve(run, request(who, { addresses, expiresAtUtc })).catch(() => undefined);
        const heldByOthers = addresses.filter(
          (address) =>
            (promised.get(address)?.until ?? "") > run.clock.nowUtc && promised.get(address)?.who !== who,
        );
        if (outcome) expect(outcome.ok).toBe(heldByOthers.length === 0);
        if (outcome?.ok) for (const address of addresses) promised.set(address, { who, until: expiresAtUtc });
      }
    }),
    { numRuns: 150 },
  );
});
