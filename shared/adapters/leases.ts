/**
 * Adapter: `Leases` as leases on small blobs, one blob per name. The blob exists only while its name is held or until the next holder
 * finishes, and is named by a hash: resource ids may be longer than a blob's name and contain characters that URLs do not keep.
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob#outcomes-of-use-attempts-on-blobs-by-lease-state
 */
import { createHash } from "node:crypto";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { LEASE_SECONDS, type Leases } from "../ports/leases.ts";
import { statusOf } from "./tableError.ts";

/** Retries if a blob disappears between its creation and its lease because another holder released it. */
const ROUNDS = 5;
const [ABSENT, CONFLICT, PRECONDITION] = [404, 409, 412];
/** Timeout of one call with its retries: a lost connection must leave time for the next renewal. */
const CALL_MILLISECONDS = 10_000;

interface Options {
  /** Prefix of this installation's blobs: several installations may share the storage account. */
  readonly folder: string;
  /** Between 15 and 60. */
  readonly seconds?: number;
}

/** Leases blobs in the container of `open`; creates a missing container. */
export function azureLeases(
  open: () => Promise<ContainerClient>,
  { folder, seconds = LEASE_SECONDS }: Options,
): Leases {
  const blobOf = (container: ContainerClient, name: string) =>
    container.getBlockBlobClient(`${folder}/${createHash("sha256").update(name).digest("hex")}`);
  return {
    async acquire(name, leaseId) {
      const container = await open();
      const blob = blobOf(container, name);
      for (let round = 0; round < ROUNDS; round += 1) {
        await createBlob(container, blob, name);
        const status = await answer(blob.getBlobLeaseClient(leaseId).acquireLease(seconds, soon()));
        if (status === undefined) return "acquired";
        if (status !== ABSENT) return "held";
      }
      return "held";
    },
    async renew(name, leaseId) {
      const lease = blobOf(await open(), name).getBlobLeaseClient(leaseId);
      return (await answer(lease.renewLease(soon()))) === undefined ? "renewed" : "lost";
    },
    async release(name, leaseId) {
      const blob = blobOf(await open(), name);
      const status = await answer(blob.delete({ conditions: { leaseId }, ...soon() }));
      if (status === undefined) return "released";
      // Deletes the blob of a lease that expired; while another holder has it, the service refuses.
      if (status === PRECONDITION) await answer(blob.delete(soon()));
      return "lost";
    },
  };
}

/** The content is the name, for operators who inspect the container. */
async function createBlob(container: ContainerClient, blob: BlockBlobClient, name: string): Promise<void> {
  const conditions = { ifNoneMatch: "*" };
  const create = () => answer(blob.upload(name, Buffer.byteLength(name), { conditions, ...soon() }));
  if ((await create()) !== ABSENT) return;
  await container.createIfNotExists(soon());
  await create();
}

function soon(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) };
}

/** `undefined` on success, otherwise the status of a refusal that the caller expects. */
async function answer(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const status = statusOf(error);
    if (status === ABSENT || status === CONFLICT || status === PRECONDITION) return status;
    throw error;
  }
}
