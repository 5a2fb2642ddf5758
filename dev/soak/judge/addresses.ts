/** No address has two existing owners, no claim is lost, and no claim is kept for deleted Services. */
import { baseName } from "../../sandbox/cluster/names.ts";
import type { RawRow } from "../rows.ts";
import { MAX_SKEW_MINUTES, MINUTE, RESERVATION_MINUTES } from "../times.ts";
import { wantedBy, type Living, type Truth, type Wanted } from "../truth.ts";
import type { Violation } from "./violation.ts";

/** A promise that was made, seen by clocks that are wrong against each other. */
const PROMISED = (RESERVATION_MINUTES - 2 * MAX_SKEW_MINUTES) * MINUTE;

interface Claim {
  readonly owner: {
    readonly cluster: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly state: "proposed" | "confirmed";
  readonly expiresAtUtc?: string;
  readonly ports?: readonly { readonly port: number }[];
}

/**
 * For the existing owners in one row: only Services of one cluster, each with separate ports. If Azure
 * assigned the address to one of them dynamically, a Service with an exclusive claim has lost it; the others
 * must agree. A deleted Service hands over.
 */
export function ownersInRows(rows: readonly RawRow[], isLiving: (uid: string) => boolean): Violation[] {
  return rows.flatMap((row) => {
    const all = claimsOf(row).filter(({ owner }) => isLiving(owner.uid));
    const isGiven = all.some(({ owner }) => isHolder(row, owner.uid));
    const held = byService(isGiven ? all.filter(({ ports }) => ports) : all);
    const ports = held.flatMap((one) => [
      ...new Set(one.flatMap((claim) => claim.ports?.map(({ port }) => port) ?? [])),
    ]);
    const isClear =
      held.length < 2 ||
      (new Set(held.map(([one]) => one?.owner.cluster)).size === 1 &&
        held.flat().every((one) => one.ports) &&
        new Set(ports).size === ports.length);
    return isClear
      ? []
      : [{ invariant: "one owner", says: `${row.value.address} has two owners`, evidence: row }];
  });
}

/** What is confirmed of a Service and what is proposed are one claim. */
function byService(claims: readonly Claim[]): Claim[][] {
  return [...Map.groupBy(claims, ({ owner }) => owner.uid).values()];
}

/** Of two Services that both live, and were both let in, only one may count on an address; on a shared one, on a port. */
export function ownersInClusters(truth: Truth): Violation[] {
  const asked = truth.living().flatMap((one) => wantedBy(one).map((wanted) => ({ one, wanted })));
  const byAddress = Map.groupBy(asked, ({ wanted }) => `${wanted.subnetId} ${wanted.address}`);
  return [...byAddress.values()].flatMap((askers) => {
    const counting = askers.filter(({ one }) => isPromised(one));
    const clash = counting.flatMap((a, index) => counting.slice(index + 1).filter((b) => clashes(a, b)));
    if (clash.length === 0) return [];
    const says = `${counting[0]?.wanted.address} was promised to ${counting.map(({ one }) => one.name).join(" and ")}`;
    return [{ invariant: "one owner", says, evidence: counting.map(({ one }) => told(one)) }];
  });
}

interface Asker {
  readonly one: Living;
  readonly wanted: Wanted;
}

function clashes(a: Asker, b: Asker): boolean {
  if (a.one.cluster !== b.one.cluster || !a.wanted.ports || !b.wanted.ports) return true;
  return a.wanted.ports.some((port) => b.wanted.ports?.includes(port));
}

/**
 * It was promised the address recently, or has had it in Azure since then. A later holder is recorded by a
 * scan.
 */
function isPromised({ builtAt = Date.now(), admittedAt }: Living): boolean {
  return admittedAt + PROMISED > builtAt;
}

/** Each Service with a valid claim is in the row of the address. */
export function promisesKept(truth: Truth, rows: readonly RawRow[]): Violation[] {
  const byKey = new Map(rows.map((row) => [`${row.partition} ${row.value.address}`, row]));
  return truth
    .living()
    .filter(isPromised)
    .flatMap((one) =>
      wantedBy(one).flatMap((wanted): Violation[] => {
        const row = byKey.get(`${wanted.subnetId} ${wanted.address}`);
        if (row && holds(row, one, wanted)) return [];
        const says = `${one.name} counts on ${wanted.address}, and no row has the claim`;
        return [{ invariant: "promise kept", says, evidence: { row, service: told(one) } }];
      }),
    );
}

function holds(row: RawRow, { cluster, service, uid }: Living, { ports }: Wanted): boolean {
  const { assignment } = row.value;
  const isClaimed = claimsOf(row).some(
    ({ owner }) =>
      owner.cluster === cluster.options.name &&
      owner.namespace === service.metadata.namespace &&
      owner.name === service.metadata.name,
  );
  if (isClaimed || !assignment) return isClaimed;
  // An address of a PLS: its name in Azure does not identify the holder.
  if (!ports) return true;
  const names = [
    assignment.holderId.split("/").at(-1),
    ...(assignment.uses ?? []).map((use: { rule: string }) => use.rule),
  ];
  return names.some((name) => String(name).startsWith(baseName(uid)));
}

function isHolder({ value }: RawRow, uid: string): boolean {
  return String(value.assignment?.holderId.split("/").at(-1)).startsWith(baseName(uid));
}

/**
 * When all is calm: only Services that live, or whose frontend or rule Azure still has, have claims, and none has expired. Another
 * judge decides whether Azure may still have it: a connected consumer keeps it.
 * @param proving clusters whose lists may end a claim
 */
export function nothingKeptForTheDead(
  truth: Pick<Truth, "living" | "isBuilt">,
  rows: readonly RawRow[],
  proving: ReadonlySet<string>,
): Violation[] {
  const living = new Set(truth.living().map(({ name }) => name));
  const now = new Date().toISOString();
  return rows.flatMap((row) => {
    const dead = claimsOf(row).filter(
      ({ owner, expiresAtUtc }) =>
        (expiresAtUtc ?? now) < now ||
        (proving.has(owner.cluster) &&
          !living.has(`${owner.cluster}/${owner.namespace}/${owner.name}`) &&
          !truth.isBuilt(owner.uid)),
    );
    if (dead.length === 0) return [];
    return [{ invariant: "no leak", says: `${row.value.address} is kept without an owner`, evidence: row }];
  });
}

function claimsOf({ value }: RawRow): readonly Claim[] {
  return (value.claims ?? []) as Claim[];
}

function told({ name, uid, admittedAt, builtAt, service }: Living): object {
  return {
    name,
    uid,
    builtAtUtc: builtAt === undefined ? "never" : new Date(builtAt).toISOString(),
    admittedAtUtc: new Date(admittedAt).toISOString(),
    annotations: service.metadata.annotations,
    ports: service.spec.ports,
  };
}
