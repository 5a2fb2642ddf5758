import { createHash, randomBytes, randomUUID } from "node:crypto";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { describe, expect, inject, test, vi } from "vitest";
import { azureLeases } from "../../shared/adapters/leases.ts";
import { LEASE_SECONDS, type Leases } from "../../shared/ports/leases.ts";
import { MemoryLeases } from "../memory/leases.ts";

interface Opened {
  readonly leases: Leases;
  /** Resolves when the lease on that name has expired and was acquired with that id. */
  readonly afterExpiry: (name: string, leaseId: string) => Promise<void>;
}

/** The shortest duration that the service accepts. */
const SHORT_SECONDS = 15;
const FOLDER = "mooring";

function newContainer(): ContainerClient {
  const name = `l${randomBytes(8).toString("hex")}`;
  return BlobServiceClient.fromConnectionString(inject("storage")).getContainerClient(name);
}

function onAzurite(container = newContainer()): Opened {
  const leases = azureLeases(async () => container, { folder: FOLDER, seconds: SHORT_SECONDS });
  return {
    leases,
    afterExpiry: (name, leaseId) =>
      vi.waitFor(async () => expect(await leases.acquire(name, leaseId)).toBe("acquired"), {
        timeout: 60_000,
        interval: 500,
      }),
  };
}

function inMemory(): Opened {
  const leases = new MemoryLeases();
  return {
    leases,
    async afterExpiry(name, leaseId) {
      leases.advance(LEASE_SECONDS - 1);
      expect(await leases.acquire(name, leaseId)).toBe("held");
      leases.advance(1);
      expect(await leases.acquire(name, leaseId)).toBe("acquired");
    },
  };
}

const ids = () => [randomUUID(), randomUUID(), randomUUID()] as const;
const PLS = `/subscriptions/${"1".repeat(36)}/resourceGroups/MC_${"ü".repeat(80)}/providers/Microsoft.Network/privateLinkServices/pls%2F?#\\ ..`;

describe.each<[string, () => Opened]>([
  ["memory", inMemory],
  ["blobs on Azurite", onAzurite],
])("Leases in %s", (_, open) => {
  test("one of many at once acquires a name, also when no container exists", async () => {
    const { leases } = open();
    const results = await Promise.all(Array.from({ length: 8 }, () => leases.acquire("a", randomUUID())));
    expect(results.filter((result) => result === "acquired")).toHaveLength(1);
    expect(results.filter((result) => result === "held")).toHaveLength(7);
  });

  test.each(["sweep", "audit vnet:/x", PLS, PLS.repeat(4)])("any name can be leased: %s", async (name) => {
    const { leases } = open();
    const [one, two] = ids();
    expect(await leases.acquire(name, one)).toBe("acquired");
    expect(await leases.acquire(name, two)).toBe("held");
    expect(await leases.acquire(`${name} other`, two)).toBe("acquired");
    expect(await leases.release(name, one)).toBe("released");
    expect(await leases.acquire(name, two)).toBe("acquired");
  });

  test("acquiring again with the same id succeeds: the first answer may be lost", async () => {
    const { leases } = open();
    const [one, two] = ids();
    await leases.acquire("a", one);
    expect(await leases.acquire("a", one)).toBe("acquired");
    expect(await leases.acquire("a", two)).toBe("held");
  });

  test("the holder can renew until it releases, and no other id can", async () => {
    const { leases } = open();
    const [one, two] = ids();
    expect(await leases.renew("a", one)).toBe("lost");
    await leases.acquire("a", one);
    expect(await leases.renew("a", one)).toBe("renewed");
    expect(await leases.renew("a", two)).toBe("lost");
    await leases.release("a", one);
    expect(await leases.renew("a", one)).toBe("lost");
    await leases.acquire("a", two);
    expect(await leases.renew("a", one)).toBe("lost");
  });

  test("only the holder releases, and a second release has no effect", async () => {
    const { leases } = open();
    const [one, two] = ids();
    expect(await leases.release("a", one)).toBe("lost");
    await leases.acquire("a", one);
    expect(await leases.release("a", two)).toBe("lost");
    expect(await leases.renew("a", one)).toBe("renewed");
    expect(await leases.release("a", one)).toBe("released");
    expect(await leases.release("a", one)).toBe("lost");
  });

  test("a lease expires: without another holder it can be renewed, with one it is lost", async () => {
    const { leases, afterExpiry } = open();
    const [one, two, three] = ids();
    for (const name of ["dead", "slow", "ended"]) await leases.acquire(name, one);
    await afterExpiry("dead", two);
    expect(await leases.renew("slow", one)).toBe("renewed");
    expect(await leases.acquire("slow", two)).toBe("held");
    expect(await leases.renew("dead", one)).toBe("lost");
    expect(await leases.release("dead", one)).toBe("lost");
    expect(await leases.acquire("dead", three)).toBe("held");
    expect(await leases.release("ended", one)).toBe("lost");
    expect(await leases.renew("ended", one)).toBe("lost");
  });
});

describe("blobs of leases", () => {
  const blobs = async (container: ContainerClient) =>
    (await Array.fromAsync(container.listBlobsFlat())).map(({ name }) => name);

  test("are named by a hash in the folder of the installation, contain the name, and are deleted on release", async () => {
    const container = newContainer();
    const { leases } = onAzurite(container);
    const [one] = ids();
    await leases.acquire(PLS, one);
    const [name = ""] = await blobs(container);
    expect(name).toBe(`${FOLDER}/${createHash("sha256").update(PLS).digest("hex")}`);
    expect((await container.getBlobClient(name).downloadToBuffer()).toString()).toBe(PLS);
    await leases.release(PLS, one);
    expect(await blobs(container)).toEqual([]);
  });

  test("of two installations in one account are apart", async () => {
    const container = newContainer();
    const other = azureLeases(async () => container, { folder: "other" });
    const [one, two] = ids();
    expect(await onAzurite(container).leases.acquire("a", one)).toBe("acquired");
    expect(await other.acquire("a", two)).toBe("acquired");
  });

  test("a refused call is thrown, and never read as lost or held", async () => {
    const service = BlobServiceClient.fromConnectionString(
      inject("storage").replace(/AccountKey=[^;]+/, `AccountKey=${Buffer.from("wrong").toString("base64")}`),
    );
    const leases = azureLeases(async () => service.getContainerClient("mooring-leases"), { folder: FOLDER });
    const [one] = ids();
    for (const call of ["acquire", "renew", "release"] as const)
      await expect(leases[call]("a", one), call).rejects.toMatchObject({ statusCode: 403 });
  });
});
