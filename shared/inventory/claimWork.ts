/**
 * Work item that verifies the claims of an address. Its id has the form of a child resource of the subnet;
 * the worker reads the claims again.
 */
import { formatAddress, parseAddress } from "../azure/prefix.ts";
import { correlation } from "../core/correlation.ts";
import { InvalidInput } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { within } from "../core/within.ts";

/** Timeout for the queue within an admission review, which has a deadline of a few seconds. */
const SEND_MILLISECONDS = 1000;

export interface ClaimedAddress {
  readonly subnetId: string;
  /** In canonical form. */
  readonly address: string;
}

export function claimWork({ subnetId, address }: ClaimedAddress) {
  return { queue: "inventory", what: "claim", id: `${subnetId}/addresses/${address}` } as const;
}

/** @throws InvalidInput if the id is not that of an address in a subnet */
export function parseClaimWork(id: string): ClaimedAddress & { readonly vnetId: string } {
  const { type = "", name = "", parentId = "" } = parseResourceId(id) ?? {};
  const vnetId = parseResourceId(parentId)?.parentId;
  const address = parseAddress(name);
  const isAddress = type.toLowerCase() === "microsoft.network/virtualnetworks/subnets/addresses";
  if (!isAddress || !address || vnetId === undefined)
    throw new InvalidInput(`not the address of a subnet: ${id}`);
  return { subnetId: parentId, vnetId, address: formatAddress(address) };
}

/** Never fails: an unverified claim is still valid, and audits compare claims with the inventory. */
export async function askToVerify(run: Run, claimed: readonly ClaimedAddress[]): Promise<void> {
  await waitForAll(claimed.map((one) => askOnce(run, one)));
}

async function askOnce(run: Run, claimed: ClaimedAddress): Promise<void> {
  const { queue, what, id } = claimWork(claimed);
  const warn = (why: string) => run.log.warn("the claim will not be verified", { id, why });
  const item = {
    what,
    id,
    why: "admission",
    seenAtUtc: run.now().toISOString(),
    correlationId: correlation()?.correlationId ?? run.newId(),
  };
  const sent = run.ports.queue.send(queue, item).catch((error: unknown) => warn(messageOf(error)));
  await within(SEND_MILLISECONDS, sent, () => warn(`no answer within ${SEND_MILLISECONDS} ms`));
}
