/**
 * A plan: ordered changes, each with its reason and the evidence it rests on. Pure data and pure functions; made by
 * `planPls`, `planConnections`, `planSweep`, consumed by policy, guards and apply.
 */
import type { Json, JsonObject } from "../ports/resources.ts";

export type Capability = "privateLinkServices" | "connections" | "rejections" | "sweep";

/**
 * One observation that a change rests on: what was seen, where, and when it was true. Two of different sources are needed to delete or to
 * widen; a deleted cluster is the exception, of which only Azure can report.
 */
export interface Evidence {
  readonly says: string;
  readonly source: EvidenceSource;
  readonly atUtc: string;
  /** Of the source: the cluster's resourceVersion. */
  readonly version?: string;
}

/** Where and as of when, in words. Pure. */
export function originOf({ source, atUtc, version }: Evidence): string {
  return version === undefined ? `${source}, ${atUtc}` : `${source}, resourceVersion ${version}, ${atUtc}`;
}

export type EvidenceSource = "Kubernetes" | "Azure" | "operator" | "journal";

export type Edit = ValueEdit | ListEdit;

/** Takes the named items out of the list at `path`, or puts items into it; the others stay as they are. */
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
  /** Cluster whose declaration or absence this change rests on. */
  readonly cluster: string;
  readonly namespace?: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /**
   * Number of the cluster's newest confirmation when the declaration was read. The resource's last write must be older than it: what
   * Mooring read before it issued this number is.
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

/** True of what takes something away for good: a delete, or a child taken out of its parent. */
export function isRemoval(change: Change): boolean {
  return (
    change.action === "delete" ||
    (change.action === "update" && change.edits.some((edit) => isListEdit(edit) && edit.remove !== undefined))
  );
}

export interface Plan {
  /** In the order of writing. */
  readonly changes: readonly Change[];
}

/** Mooring itself, as the one who asks. */
export const SYSTEM = "system";

/** Who or what asked for a plan to be applied; goes to the journal whole. */
export interface Cause {
  readonly why: string;
  /** `system` or the operator's name as authenticated. */
  readonly who: string;
  readonly correlationId: string;
}
