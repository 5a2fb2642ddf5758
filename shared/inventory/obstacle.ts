/** Why a Service may not have an address whose row is known. Pure. */
import { isNamedFor } from "../intents/frontendName.ts";
import { EVERY_PORT, type ServiceKey, type ServicePort } from "../intents/model.ts";
import type { PortUse } from "../network/model.ts";
import type { AddressRow, Reservation } from "./model.ts";
import { sameService } from "./owner.ts";

export interface Want {
  readonly subnetId: string;
  readonly address: string;
  /** Ports on a frontend that may be shared; absent: the address is wanted alone. */
  readonly ports?: readonly ServicePort[];
  /** Those that the Service has on the address already: no news to anybody. */
  readonly hadPorts?: readonly ServicePort[];
  /** Names of rules whose Services are known to be gone: Azure has yet to follow. */
  readonly goneRules?: ReadonlySet<string>;
  /** True if the holder is one that the Service may share, or is its own. */
  readonly mayShare: (holderId: string) => boolean;
}

export type Obstacle =
  | { readonly by: "holder"; readonly holderId: string }
  | { readonly by: "reservation"; readonly reservation: Reservation }
  /** Another Service of the same cluster, with the same protocol and port. */
  | { readonly by: "port"; readonly port: ServicePort; readonly reservation: Reservation }
  | { readonly by: "rule"; readonly port: ServicePort; readonly use: PortUse };

export function findObstacle(
  row: AddressRow,
  want: Want,
  { owner, nowUtc }: { readonly owner: ServiceKey; readonly nowUtc: string },
): Obstacle | undefined {
  const { assignment } = row;
  if (assignment && !want.mayShare(assignment.holderId))
    return { by: "holder", holderId: assignment.holderId };
  const others = liveReservations(row, nowUtc).filter((one) => !sameService(one.owner, owner));
  // What Azure shows as the cluster's own is the cluster's own, whoever was promised it.
  const foreign = others.find((one) => !isShareable(one, want, owner));
  if (foreign && !assignment) return { by: "reservation", reservation: foreign };
  return portObstacle(
    want,
    others.filter((one) => isShareable(one, want, owner)),
    {
      owner,
      uses: assignment?.uses ?? [],
    },
  );
}

export function liveReservations({ reservations = [] }: AddressRow, nowUtc: string): readonly Reservation[] {
  return reservations.filter(({ expiresAtUtc }) => expiresAtUtc > nowUtc);
}

function isShareable({ owner, ports }: Reservation, want: Want, asking: ServiceKey): boolean {
  return owner.cluster === asking.cluster && ports !== undefined && want.ports !== undefined;
}

function portObstacle(
  { ports = [], hadPorts = [], goneRules }: Want,
  sharers: readonly Reservation[],
  { owner, uses }: { readonly owner: ServiceKey; readonly uses: readonly PortUse[] },
): Obstacle | undefined {
  // A Service may have thousands of ports: each is looked up, not compared with every other.
  const had = new Set(hadPorts.map(portName));
  const reserved = firsts(sharers.flatMap((one) => (one.ports ?? []).map((port) => [portName(port), one])));
  const others = uses.filter(({ rule }) => !isNamedFor(rule, owner.uid) && !goneRules?.has(rule));
  const used = firsts(others.map((one) => [portName(one), one]));
  for (const port of ports.filter((one) => !had.has(portName(one)))) {
    const [reservation, use] = [clashing(reserved, port), clashing(used, port)];
    if (reservation) return { by: "port", port, reservation };
    if (use) return { by: "rule", port, use };
  }
  return undefined;
}

/** High-availability ports are one rule for every port: no other rule fits beside it on the frontend. */
function clashing<T>(byPort: ReadonlyMap<string, T>, port: ServicePort): T | undefined {
  const same = byPort.get(portName(port)) ?? byPort.get(portName(EVERY_PORT));
  return same ?? (isEveryPort(port) ? [...byPort.values()].at(-1) : undefined);
}

export function isEveryPort(port: ServicePort): boolean {
  return samePort(port, EVERY_PORT);
}

/** Of several with one name the first. */
function firsts<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map(entries.toReversed());
}

function portName({ port, protocol }: ServicePort): string {
  return `${protocol.toLowerCase()}/${port}`;
}

export function samePort(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && a.protocol.toLowerCase() === b.protocol.toLowerCase();
}
