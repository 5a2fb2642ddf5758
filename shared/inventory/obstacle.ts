/** Why a Service may not have a recorded address or name. Pure. */
import { isNamedFor } from "../kubernetes/frontendName.ts";
import { EVERY_PORT, type ServiceKey, type ServicePort } from "../kubernetes/intent.ts";
import type { PortUse } from "../azure/networkModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { AddressRow, Claim } from "./model.ts";
import { sameOwner, sameService } from "./owner.ts";
import type { Place } from "./places.ts";

export interface Want extends Place {
  /** Ports on a frontend that may be shared; absent if the address or name is requested exclusively. */
  readonly ports?: readonly ServicePort[];
  /** Ports that the Service already has on the address: no change for others. */
  readonly hadPorts?: readonly ServicePort[];
  /** True if the Service declared it before this request, too. */
  readonly isKept?: boolean;
  /** True if the Service probably has it already, because its row exists. */
  readonly isHeld?: boolean;
  /** True if the Service may share the holder, or owns it. */
  readonly mayShare: (holderId: string) => boolean;
}

export type Obstacle =
  | { readonly by: "holder"; readonly holderId: string }
  | { readonly by: "claim"; readonly claim: Claim }
  /** Another Service of the same cluster has the same protocol and port. */
  | { readonly by: "port"; readonly port: ServicePort; readonly claim: Claim }
  | { readonly by: "rule"; readonly port: ServicePort; readonly use: PortUse };

/** The requesting Service. */
export interface Claimant {
  readonly owner: ServiceKey;
  readonly nowUtc: string;
  /** Services that hand the address or name over to the owner. */
  readonly yielding?: readonly ServiceKey[];
  /** Canonical ids of holders that were created only for such Services. */
  readonly handedOver?: ReadonlySet<string>;
}

export function findObstacle(row: AddressRow, want: Want, claimant: Claimant): Obstacle | undefined {
  const { assignment } = row;
  const { owner, yielding = [], handedOver } = claimant;
  const live = liveClaims(row, claimant.nowUtc);
  // A Service of the same name is the same Service: only the API server decides which uid exists.
  const own = live.filter((one) => sameService(one.owner, owner));
  const others = live.filter(
    (one) => !own.includes(one) && !yielding.some((each) => sameOwner(each, one.owner)),
  );
  const isShared = assignment && want.mayShare(assignment.holderId);
  if (assignment && !isShared && !handedOver?.has(canonicalId(assignment.holderId)))
    return { by: "holder", holderId: assignment.holderId };
  // What the Service declares and the cluster confirmed belongs to it, even if other Services declare it too. What it does not declare any
  // more may belong to a Service that was admitted since.
  const isKept = want.isKept === true && own.some(({ state }) => state === "confirmed");
  const foreign = others.find((one) => !isShareable(one, want, owner));
  if (foreign && !isKept) return { by: "claim", claim: foreign };
  const sharers = others.filter((one) => isShareable(one, want, owner));
  const passing = [owner, ...own.map((one) => one.owner), ...yielding].filter(
    ({ cluster }) => cluster === owner.cluster,
  );
  // The rules of a holder that is handed over are deleted with it.
  return portObstacle(want, sharers, { passing, uses: (isShared && assignment.uses) || [] });
}

export function liveClaims({ claims = [] }: Pick<AddressRow, "claims">, nowUtc: string): readonly Claim[] {
  return claims.filter((claim) => claim.state === "confirmed" || claim.expiresAtUtc > nowUtc);
}

function isShareable({ owner, ports }: Claim, want: Want, asking: ServiceKey): boolean {
  return owner.cluster === asking.cluster && ports !== undefined && want.ports !== undefined;
}

function portObstacle(
  { ports = [], hadPorts = [] }: Want,
  sharers: readonly Claim[],
  { passing, uses }: { readonly passing: readonly ServiceKey[]; readonly uses: readonly PortUse[] },
): Obstacle | undefined {
  // A Service may have thousands of ports: each is looked up, not compared with every other.
  const had = new Set(hadPorts.map(portName));
  const claimed = firsts(sharers.flatMap((one) => (one.ports ?? []).map((port) => [portName(port), one])));
  const others = uses.filter(({ rule }) => !passing.some(({ uid }) => isNamedFor(rule, uid)));
  const used = firsts(others.map((one) => [portName(one), one]));
  for (const port of ports.filter((one) => !had.has(portName(one)))) {
    const [claim, use] = [clashing(claimed, port), clashing(used, port)];
    if (claim) return { by: "port", port, claim };
    if (use) return { by: "rule", port, use };
  }
  return undefined;
}

/** High-availability ports are one rule for all ports: the frontend can have no other rule. */
function clashing<T>(byPort: ReadonlyMap<string, T>, port: ServicePort): T | undefined {
  const same = byPort.get(portName(port)) ?? byPort.get(portName(EVERY_PORT));
  return same ?? (isEveryPort(port) ? [...byPort.values()].at(-1) : undefined);
}

export function isEveryPort(port: ServicePort): boolean {
  return samePort(port, EVERY_PORT);
}

/** The first of several with the same name. */
function firsts<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map(entries.toReversed());
}

export function portName({ port, protocol }: ServicePort): string {
  return `${protocol.toLowerCase()}/${port}`;
}

export function samePort(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && a.protocol.toLowerCase() === b.protocol.toLowerCase();
}
