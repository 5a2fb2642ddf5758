/**
 * A plan: ordered changes, each with reason and evidence. Pure data and pure functions; created by `planPls`,
 * `planConnections` and `planSweep`, used by policy, guards and apply.
 */
import type { Json, JsonObject } from "../ports/resources.ts";

export type Capability = "privateLinkServices" | "connections" | "rejections" | "sweep";

/**
 * One observation: content, source, and the time when it was true. Deleting and widening access need two from
 * different sources; the exception is a deleted cluster, for which only Azure can report.
 */
export interface Evidence {
  readonly says: string;
  readonly source: EvidenceSource;
  readonly atUtc: string;
  /** Of the source: the cluster's resourceVersion. */
  readonly version?: string;
}

/** Evidence of this process, or as the API returns it. */
export interface Origin {
  readonly source: string;
  readonly atUtc: string;
  readonly version?: string | undefined;
}

/** Source and time as text. Pure. */
export function originOf({ source, atUtc, version }: Origin): string {
  return version === undefined ? `${source}, ${atUtc}` : `${source}, resourceVersion ${version}, ${atUtc}`;
}

export type EvidenceSource = "Kubernetes" | "Azure" | "operator" | "journal";

export type Edit = ValueEdit | ListEdit;

/** Removes the named items from the list at `path`, or adds items; the others are unchanged. */
export interface ListEdit {
  readonly path: string;
  readonly remove?: readonly string[];
  readonly add?: readonly NamedItem[];
}

export type NamedItem = JsonObject & { readonly name: string };

/** Sets the value at `path` (dots between keys) from `before` to `after`; `undefined` means absent. */
export interface ValueEdit {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

interface ChangeBase {
  readonly capability: Capability;
  readonly resourceId: string;
  /** Cluster whose declaration, or absence, is the reason for this change. */
  readonly cluster: string;
  readonly namespace?: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /**
   * Number of the cluster's newest confirmation when the declaration was read. The last write of the resource
   * must be older than it, as is everything that Mooring read before it issued this number.
   */
  readonly confirmedSequence?: number;
}

export type Change =
  | (ChangeBase & { readonly action: "update"; readonly edits: readonly Edit[] })
  | (ChangeBase & { readonly action: "create"; readonly body: JsonObject })
  | (ChangeBase & { readonly action: "delete" });

export function isListEdit(edit: Edit): edit is ListEdit {
  return "remove" in edit || "add" in edit;
}

/** True if the change deletes a resource, or removes a child from its parent. */
export function isRemoval(change: Change): boolean {
  return (
    change.action === "delete" ||
    (change.action === "update" && change.edits.some((edit) => isListEdit(edit) && edit.remove !== undefined))
  );
}

export interface Plan {
  /** In the order in which they are written. */
  readonly changes: readonly Change[];
}

/** `who` for changes that Mooring starts automatically. */
export const SYSTEM = "system";

/** Who requested that a plan is applied, and why; recorded completely in the journal. */
export interface Cause {
  readonly why: string;
  /** `system` or the operator's name as authenticated. */
  readonly who: string;
  readonly correlationId: string;
}
