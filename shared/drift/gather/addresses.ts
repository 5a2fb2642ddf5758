/**
 * Holds the addresses that Azure shows in use against those that the inventory has. Neither side is ever in memory whole: of the inventory a
 * number stands for each holder, and Azure's side goes by page by page.
 */
import { addressKey } from "../../addresses/key.ts";
import type { AddressUse, LoadBalancer } from "../../network/model.ts";
import { canonicalId, parseResourceId } from "../../network/resourceId.ts";
import { usesOfBalancer } from "../../network/uses.ts";
import type { Run } from "../../ports.ts";
import type { Subjects } from "../check.ts";

export interface Compared {
  readonly differences: readonly Subjects["address"][];
  /** Addresses that Azure shows. */
  readonly looked: number;
}

/** @param balancers those of the subscription, which somebody else lists already */
export async function compareAddresses(
  run: Run,
  subscription: string,
  balancers: Promise<readonly LoadBalancer[]>,
): Promise<Compared> {
  // Its failure is awaited below; until then the interfaces' may come first.
  balancers.catch(() => undefined);
  const recorded = new Recorded(run, subscription);
  const suspects: AddressUse[] = [];
  let looked = 0;
  const look = async (use: AddressUse) => {
    looked += 1;
    if (!(await recorded.agrees(use))) suspects.push(use);
  };
  for await (const use of run.ports.network.interfaceUses(subscription)) await look(use);
  for (const balancer of await balancers) for (const use of usesOfBalancer(balancer)) await look(use);
  await recorded.readAllOf(await vnetsOf(run, subscription));
  const unrecorded = await Promise.all(
    suspects
      .filter((use) => !recorded.hasSeen(use))
      .map(async ({ subnetId, address, holderId }) => {
        const recordedId = await holderOf(run, subnetId, addressKey(address));
        return { subnetId, address, holderId, ...(recordedId !== undefined && { recordedId }) };
      }),
  );
  // A scan may have written the row since it was read.
  const still = unrecorded.filter(
    ({ holderId, recordedId }) =>
      recordedId === undefined || canonicalId(recordedId) !== canonicalId(holderId),
  );
  return { differences: [...still, ...(await gone(run, recorded, suspects))], looked };
}

/** Rows whose holder Azure did not show; read once more, for their names and because a scan may have been faster. */
async function gone(
  run: Run,
  recorded: Recorded,
  suspects: readonly AddressUse[],
): Promise<Subjects["address"][]> {
  const held = new Set(
    suspects.map(({ subnetId, address }) => `${canonicalId(subnetId)}|${addressKey(address)}`),
  );
  const unseen = recorded.unseen().filter(({ subnetId, key }) => !held.has(`${subnetId}|${key}`));
  const rows = await Promise.all(
    unseen.map(async ({ subnetId, key }) => {
      const row = await run.ports.tables.addresses.get(subnetId, key);
      const recordedId = row?.value.assignment?.holderId;
      return row && recordedId !== undefined ? [{ subnetId, address: row.value.address, recordedId }] : [];
    }),
  );
  return rows.flat();
}

async function holderOf(run: Run, subnetId: string, key: string): Promise<string | undefined> {
  return (await run.ports.tables.addresses.get(canonicalId(subnetId), key))?.value.assignment?.holderId;
}

/** Virtual networks of the subscription that the inventory knows. */
async function vnetsOf(run: Run, subscription: string): Promise<string[]> {
  const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
  const rows = await Array.fromAsync(run.ports.tables.vnets.list("all"));
  return rows.map(({ value }) => canonicalId(value.id)).filter((id) => id.startsWith(prefix));
}

/** Stands for a holder that Azure has shown. */
const SEEN = 0;

/** What the inventory has of one subscription's holders, read subnet by subnet when the first address of each comes along. */
class Recorded {
  readonly #run: Run;
  readonly #subscription: string;
  /** By canonical subnet id: a number for the holder, by address key. `undefined`: the inventory does not know the subnet. */
  readonly #subnets = new Map<string, Promise<Map<string, number> | undefined>>();
  readonly #known = new Map<string, Map<string, number>>();
  readonly #networks = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(run: Run, subscription: string) {
    this.#run = run;
    this.#subscription = subscription.toLowerCase();
  }

  /** True if the inventory says the same, or knows nothing of the subnet at all: that is another finding. */
  async agrees({ subnetId, address, holderId }: AddressUse): Promise<boolean> {
    const id = canonicalId(subnetId);
    const holders = this.#known.get(id) ?? (await this.#read(id));
    if (!holders) return true;
    const key = addressKey(address);
    const holder = holders.get(key);
    if (holder === SEEN) return true;
    if (holder !== numberOf(holderId)) return false;
    holders.set(key, SEEN);
    return true;
  }

  /** One address may be named twice: one of the two will do. */
  hasSeen({ subnetId, address }: AddressUse): boolean {
    return this.#known.get(canonicalId(subnetId))?.get(addressKey(address)) === SEEN;
  }

  /** Subnets of which Azure showed no address may have rows all the same. */
  async readAllOf(vnetIds: readonly string[]): Promise<void> {
    for (const vnetId of vnetIds) for (const id of await this.#subnetsOf(vnetId)) await this.#read(id);
  }

  unseen(): { readonly subnetId: string; readonly key: string }[] {
    return [...this.#known].flatMap(([subnetId, holders]) =>
      [...holders].filter(([, holder]) => holder !== SEEN).map(([key]) => ({ subnetId, key })),
    );
  }

  #read(subnetId: string): Promise<Map<string, number> | undefined> {
    const reading = this.#subnets.get(subnetId) ?? this.#readRows(subnetId);
    this.#subnets.set(subnetId, reading);
    return reading;
  }

  async #readRows(subnetId: string): Promise<Map<string, number> | undefined> {
    const vnetId = parseResourceId(subnetId)?.parentId ?? "";
    if (!(await this.#subnetsOf(vnetId)).has(subnetId)) return undefined;
    const holders = new Map<string, number>();
    for await (const { key, value } of this.#run.ports.tables.addresses.list(subnetId)) {
      const holderId = value.assignment?.holderId;
      if (holderId !== undefined && this.#isOurs(holderId)) holders.set(key, numberOf(holderId));
    }
    this.#known.set(subnetId, holders);
    return holders;
  }

  #subnetsOf(vnetId: string): Promise<ReadonlySet<string>> {
    const known = this.#networks.get(vnetId) ?? this.#listSubnets(vnetId);
    this.#networks.set(vnetId, known);
    return known;
  }

  async #listSubnets(vnetId: string): Promise<ReadonlySet<string>> {
    const rows = await Array.fromAsync(this.#run.ports.tables.subnets.list(vnetId));
    return new Set(rows.map(({ value }) => canonicalId(value.id)));
  }

  #isOurs(holderId: string): boolean {
    return canonicalId(holderId).startsWith(`/subscriptions/${this.#subscription}/`);
  }
}

/** FNV-1a over the id, never {@link SEEN}: two holders of one address with the same number are not met. */
function numberOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of canonicalId(id))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) + 1;
}
