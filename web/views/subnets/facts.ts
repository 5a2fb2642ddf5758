/** Facts about one address, the same in the tooltip, the details and for screen readers. Pure. */
import type { Holder } from "../../../api/model.ts";
import { addressAt } from "./address.ts";
import { holderAt, kindAt, type Cells, type Kind } from "./cells.ts";

export interface Facts {
  readonly offset: number;
  readonly address: string;
  readonly kind: Kind;
  readonly holder?: Holder;
  /** Time of the assignment or of the claim. */
  readonly atUtc?: string;
  /** Why the address cannot be requested. */
  readonly why?: string;
}

export const KIND_TEXT: Readonly<Record<Kind, string>> = {
  free: "Free",
  assigned: "Assigned",
  claimed: "Claimed",
  excluded: "Excluded",
  azure: "Azure-reserved",
};

const HOLDER_TEXT: Readonly<Record<Holder["kind"], string>> = {
  frontend: "load balancer frontend",
  pls: "Private Link Service",
  endpoint: "private endpoint",
  interface: "network interface",
  other: "resource",
};

export function factsOf(cells: Cells, offset: number): Facts {
  const holder = holderAt(cells, offset);
  const atUtc = cells.prefix.taken[cells.entries[offset] ?? -1]?.[3];
  const why = cells.prefix.ranges.find(({ from, to }) => offset >= from && offset <= to)?.why;
  return {
    offset,
    address: addressAt(cells.prefix.first, offset),
    kind: kindAt(cells, offset),
    ...(holder && { holder }),
    ...(atUtc !== undefined && atUtc !== "" && { atUtc }),
    ...(why !== undefined && { why }),
  };
}

/** `load balancer frontend kubernetes-internal/a1b2`; for a claim the Service that declares it. */
export function holderText({ kind, holder }: Pick<Facts, "kind" | "holder">): string {
  if (!holder) return "";
  return kind === "claimed"
    ? `Service ${holder.service ?? holder.id}`
    : `${HOLDER_TEXT[holder.kind]} ${holder.name}`;
}

/** One sentence for screen readers. `when` formats a time. */
export function sentenceOf(facts: Facts, when: (utc: string) => string): string {
  const { address, kind, holder, atUtc, why } = facts;
  const service =
    kind !== "claimed" && holder?.service !== undefined ? `for Service ${holder.service}` : undefined;
  const time = atUtc === undefined ? undefined : `since ${when(atUtc)}`;
  const verb = kind === "claimed" ? "by" : "to";
  const state = holder ? `${KIND_TEXT[kind]} ${verb} ${holderText(facts)}` : KIND_TEXT[kind];
  return [address, state, service, time, why].filter((part) => part !== undefined).join(", ");
}
