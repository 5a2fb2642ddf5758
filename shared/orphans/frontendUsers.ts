/**
 * Which Services use a frontend: the owner (by its name), Services that share it (by its address) or that
 * have rules on it. Ambiguous Services count: if two could own a frontend, it is kept. Pure.
 */
import { baseName } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import { canonicalAddress } from "../azure/prefix.ts";
import type { Frontend, LoadBalancer } from "../azure/networkModel.ts";
import { sameId } from "../azure/resourceId.ts";

/** True if one of the Services uses it. */
export function isUsed(declared: readonly Declared[], balancer: LoadBalancer, frontend: Frontend): boolean {
  return declared.some(useOf(declared, balancer, frontend));
}

/** The Services that use it. */
export function usersOf(
  declared: readonly Declared[],
  balancer: LoadBalancer,
  frontend: Frontend,
): readonly Declared[] {
  return declared.filter(useOf(declared, balancer, frontend));
}

function useOf(declared: readonly Declared[], balancer: LoadBalancer, frontend: Frontend) {
  const names = namesOn(balancer, frontend);
  const bases = basesOf(declared);
  return (one: Declared, index: number) => isNamed(names, bases[index]) || asksFor(one, frontend.address);
}

function namesOn({ rules }: LoadBalancer, { id, name }: Frontend): string[] {
  const own = rules.filter(({ frontendId }) => sameId(frontendId, id));
  return [name, ...own.map((rule) => rule.name)].map((one) => one.toLowerCase());
}

const known = new WeakMap<readonly Declared[], readonly string[]>();

/**
 * Names of the controller for each Service, computed once per list: each frontend of a cluster is compared
 * with all of its Services.
 */
function basesOf(declared: readonly Declared[]): readonly string[] {
  const found = known.get(declared);
  if (found) return found;
  const made = declared.map(({ uid }) => (uid === "" ? "" : baseName(uid).toLowerCase()));
  known.set(declared, made);
  return made;
}

function isNamed(names: readonly string[], base = ""): boolean {
  return base !== "" && names.some((name) => name.startsWith(base));
}

function asksFor({ intent }: Declared, address: string | undefined): boolean {
  const { ipv4, ipv6 } = intent.addresses;
  return address !== undefined && (ipv4 === address || isSameIpv6(ipv6, address));
}

function isSameIpv6(text: string | undefined, address: string): boolean {
  return text !== undefined && (text === address || canonicalAddress(text) === canonicalAddress(address));
}
