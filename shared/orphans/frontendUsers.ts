/**
 * Which Services use a frontend: who owns it (its name), shares it (asks for its address) or has rules on it. A Service that cannot be told
 * apart counts: if two could own a frontend, nobody loses it. Pure.
 */
import { baseName } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Frontend, LoadBalancer } from "../azure/networkModel.ts";
import { sameId } from "../azure/resourceId.ts";

/** True if one of them uses it. */
export function isUsed(declared: readonly Declared[], balancer: LoadBalancer, frontend: Frontend): boolean {
  return declared.some(useOf(declared, balancer, frontend));
}

/** Those that use it. */
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

/** How the controller names what it makes for each, made once a list: every frontend of a cluster asks for all of its Services. */
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
  return address !== undefined && (intent.addresses.ipv4 === address || intent.addresses.ipv6 === address);
}
