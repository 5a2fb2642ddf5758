import { addressKey } from "../azure/addressKey.ts";
import { ipv4Number, ipv4Text } from "../azure/prefix.ts";
import type { AddressUse } from "../azure/networkModel.ts";

type Holder = Omit<AddressUse, "address" | "subnetId">;

/**
 * Used addresses of one subnet by key; a later one replaces an earlier one under the same key. To save memory
 * it stores two numbers per address and each holder once: objects are created when they are read.
 */
export class AddressUses implements ReadonlyMap<string, AddressUse> {
  readonly #subnetId: string;
  readonly #holders: Holder[] = [];
  /** Index of the holder by address. */
  readonly #ipv4 = new Map<number, number>();
  readonly #others = new Map<string, AddressUse>();

  constructor(subnetId: string) {
    this.#subnetId = subnetId;
  }

  add(use: AddressUse): void {
    const value = ipv4Number(use.address);
    if (value === undefined) this.#others.set(addressKey(use.address), { ...use, subnetId: this.#subnetId });
    else this.#ipv4.set(value, this.#holderOf(use));
  }

  /** Lists contain the addresses of a holder next to each other. */
  #holderOf({ holderId, interfaceId, uses }: AddressUse): number {
    const last = this.#holders.at(-1);
    const isSame = last?.holderId === holderId && last.interfaceId === interfaceId && last.uses === uses;
    if (!isSame)
      this.#holders.push({
        holderId,
        ...(interfaceId !== undefined && { interfaceId }),
        ...(uses && { uses }),
      });
    return this.#holders.length - 1;
  }

  get size(): number {
    return this.#ipv4.size + this.#others.size;
  }

  get(key: string): AddressUse | undefined {
    const value = valueOf(key);
    const holder = value === undefined ? undefined : this.#ipv4.get(value);
    return value === undefined || holder === undefined ? this.#others.get(key) : this.#use(value, holder);
  }

  has(key: string): boolean {
    const value = valueOf(key);
    return (value !== undefined && this.#ipv4.has(value)) || this.#others.has(key);
  }

  *entries(): Generator<[string, AddressUse], undefined> {
    for (const [value, holder] of this.#ipv4)
      yield [`${IPV4}${value.toString(16).padStart(8, "0")}`, this.#use(value, holder)];
    yield* this.#others;
    return undefined;
  }

  *keys(): Generator<string, undefined> {
    for (const [key] of this) yield key;
    return undefined;
  }

  *values(): Generator<AddressUse, undefined> {
    for (const [value, holder] of this.#ipv4) yield this.#use(value, holder);
    yield* this.#others.values();
    return undefined;
  }

  [Symbol.iterator](): Generator<[string, AddressUse], undefined> {
    return this.entries();
  }

  forEach(call: (use: AddressUse, key: string, map: ReadonlyMap<string, AddressUse>) => void): void {
    for (const [key, use] of this) call(use, key, this);
  }

  #use(value: number, index: number): AddressUse {
    const holder = this.#holders[index];
    if (!holder) throw new Error(`no holder ${index}`);
    return { address: ipv4Text(value), subnetId: this.#subnetId, ...holder };
  }
}

const IPV4 = "4-";

/** Length of the key of an IPv4 address. */
function valueOf(key: string): number | undefined {
  return key.startsWith(IPV4) ? Number.parseInt(key.slice(IPV4.length), 16) : undefined;
}
