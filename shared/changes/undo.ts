/** Plans the undo of a journal entry, with a description of what cannot be restored. */
import { InvalidInput } from "../core/errors.ts";
import { parseResourceId, PLS_TYPE, typeOf } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { JournalEntry } from "./journal.ts";
import { completed } from "./dangling.ts";
import { isOpen, listJournal } from "./journalStore.ts";
import { namedItems, valueAt } from "./body.ts";
import { openedItems, withoutAccess, withoutOpening } from "./opened.ts";
import {
  isListEdit,
  isRemoval,
  SYSTEM,
  type Change,
  type Evidence,
  type Plan,
  type ValueEdit,
} from "./plan.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";
import { takenSince } from "./reserve.ts";
import { restorable } from "./restorable.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface Undo {
  readonly plan: Plan;
  /** What is not restored, one sentence each. */
  readonly losses: readonly string[];
}

/** @throws InvalidInput if there is no such entry, or if it cannot be undone, with the reason */
export async function planUndo(run: Run, id: string): Promise<Undo> {
  const undo = await undoOf(run, await completed(run, await findEntry(run, id)));
  const taken = await waitForAll(
    undo.plan.changes.map(async (change) => takenSince(run, change, await readChanged(run, change))),
  );
  if (taken.flat().length > 0) throw new InvalidInput(taken.flat());
  return undo;
}

/** Only what is added to a resource depends on its other parts. */
async function readChanged(run: Run, change: Change): Promise<Resource | undefined> {
  return change.action === "create" ? undefined : run.ports.resources.read(change.resourceId);
}

async function undoOf(run: Run, entry: JournalEntry): Promise<Undo> {
  if (isOpen(entry))
    throw new InvalidInput(
      `the result of journal entry ${entry.id} is pending${entry.why ? ` (${entry.why})` : ""}: retry in a few minutes`,
    );
  if (entry.outcome !== "applied")
    throw new InvalidInput(
      `journal entry ${entry.id} was ${entry.outcome}: only an applied change can be undone`,
    );
  const evidence: Evidence[] = [
    {
      says: `journal entry ${entry.id} has the state before the change`,
      source: "journal",
      atUtc: run.now().toISOString(),
    },
    {
      says: "an operator requested the undo",
      source: "operator",
      atUtc: run.now().toISOString(),
    },
  ];
  const { change } = entry;
  if (isRemoval(change) && change.action === "update") return undoRemoval(run, { entry, change, evidence });
  if (change.action === "update") return undoUpdate(entry, change, evidence);
  if (change.action === "delete") return undoDelete(run, entry, evidence);
  throw new InvalidInput(
    `journal entry ${entry.id} created a resource; Mooring never deletes a resource that may be in use`,
  );
}

/** True for entries that `planUndo` can undo. Pure. */
export function isUndoable({ outcome, change, beforeState }: JournalEntry): boolean {
  if (outcome !== "applied" || change.action === "create") return false;
  if (change.action === "update") return isRemoval(change) || isReversible(change);
  return beforeState !== undefined && lossesOf(change) !== undefined;
}

/** True unless the undo would only give access. */
function isReversible(change: Change): boolean {
  if (change.capability !== "privateLinkServices") return false;
  return reversedEdits(change).some((edit) => withoutOpening(edit) !== undefined);
}

/** The entry with this id or unambiguous prefix of an id. @throws InvalidInput if none or several match */
export async function findEntry(run: Run, id: string): Promise<JournalEntry> {
  const found: JournalEntry[] = [];
  for await (const { entry } of listJournal(run)) if (entry.id.startsWith(id)) found.push(entry);
  const exact = found.find((entry) => entry.id === id);
  if (!exact && found.length > 1)
    throw new InvalidInput(`${found.length} journal entries begin with ${id}: use a longer prefix`);
  const entry = exact ?? found[0];
  if (!entry) throw new InvalidInput(`there is no journal entry ${id}; \`mooring journal list\` shows them`);
  return entry;
}

function undoUpdate(entry: JournalEntry, change: Change & { action: "update" }, evidence: Evidence[]): Undo {
  if (change.capability !== "privateLinkServices")
    throw new InvalidInput(
      `Azure cannot set a connection back to Pending: decide again with \`mooring connections approve\` or \`reject\``,
    );
  const reversed = reversedEdits(change);
  const edits = reversed.flatMap((edit) => withoutOpening(edit) ?? []);
  const closed = reversed.flatMap(openedItems);
  if (edits.length === 0 && closed.length > 0)
    throw new InvalidInput(`nothing can be undone. ${accessOf(closed)}`);
  const automatic = entry.cause.who === SYSTEM;
  // An operator requests it: unlike the change, it does not depend on what the cluster declares.
  const { confirmedSequence: _ofChange, ...own } = change;
  return {
    plan: { changes: [{ ...own, reason: reasonOf(entry), evidence, edits }] },
    losses: [
      ...(closed.length > 0 ? [accessOf(closed)] : []),
      ...(automatic
        ? ["Mooring will repair it again, unless the Service's annotation or the policy changes first."]
        : []),
    ],
  };
}

/** In the reverse order. Pure. */
function reversedEdits(change: Change): ValueEdit[] {
  const edits = change.action === "update" ? change.edits : [];
  return edits
    .flatMap((edit) =>
      isListEdit(edit) ? [] : [{ path: edit.path, before: edit.after, after: edit.before }],
    )
    .toReversed();
}

/** Access is given only on what the cluster confirms, never on the word of an earlier state. */
function accessOf(subscriptions: readonly string[]): string {
  return `Access of ${[...new Set(subscriptions)].join(", ")} is not restored: it follows the annotations of the Service (azure-pls-visibility, azure-pls-auto-approval).`;
}

interface Removed {
  readonly entry: JournalEntry;
  readonly change: Change & { action: "update" };
  readonly evidence: Evidence[];
}

/** Adds the removed children again, as in the state before. */
async function undoRemoval(run: Run, { entry, change, evidence }: Removed): Promise<Undo> {
  const body = await bodyBefore(run, entry);
  const edits = change.edits.filter(isListEdit).map(({ path, remove = [] }) => ({
    path,
    add: namedItems(valueAt(body, path)).filter(({ name }) => remove.includes(name)),
  }));
  const { confirmedSequence: _ofChange, ...own } = change;
  return {
    plan: { changes: [{ ...own, reason: reasonOf(entry), evidence, edits: edits.toReversed() }] },
    losses: lossesOf(change) ?? [],
  };
}

async function undoDelete(run: Run, entry: JournalEntry, evidence: Evidence[]): Promise<Undo> {
  const losses = lossesOf(entry.change);
  if (!losses)
    throw new InvalidInput(
      `${entry.change.resourceId} cannot be restored: its consumer must request it again`,
    );
  const before = await bodyBefore(run, entry);
  const body = typeOf(entry.change.resourceId) === PLS_TYPE ? withoutAccess(before) : before;
  return {
    plan: { changes: [{ ...entry.change, action: "create", body, reason: reasonOf(entry), evidence }] },
    losses,
  };
}

/** @throws InvalidInput if the state was not stored, or is no longer stored */
async function bodyBefore(run: Run, { id, beforeState }: JournalEntry): Promise<JsonObject> {
  const state = beforeState === undefined ? undefined : await run.ports.states.load(beforeState);
  if (state === undefined) throw new InvalidInput(`journal entry ${id} has no state to restore`);
  return restorable(state as JsonObject);
}

/**
 * What is not restored with the removed resource; `undefined` if the resource itself cannot be restored.
 * Pure.
 */
export function lossesOf(change: Change): readonly string[] | undefined {
  const { resourceId } = change;
  if (change.action === "update")
    return change.edits.length > 0 && change.edits.every(({ path }) => RULES.has(path))
      ? []
      : FRONTEND_LOSSES;
  return LOSSES[parseResourceId(resourceId)?.type.toLowerCase() ?? ""];
}

/** True if the second entry is the undo of the first. Pure. */
export function isUndoOf(first: Pick<JournalEntry, "id">, { change, outcome }: JournalEntry): boolean {
  return outcome === "applied" && change.reason.startsWith(`undo of ${first.id} `);
}

/** These are restored completely. */
const RULES: ReadonlySet<string> = new Set(["properties.loadBalancingRules", "properties.probes"]);
const FRONTEND_LOSSES = ["A dynamic address may change; a static one is restored only if it is still free."];

/** By resource type; other types cannot be created again. */
const LOSSES: Readonly<Record<string, readonly string[]>> = {
  "microsoft.network/privatelinkservices": [
    "The Private Link Service gets another alias: notify consumers that connect by alias.",
    "Connections of its consumers are not restored: they must create new private endpoints.",
    "Its visibility and auto-approval are restored empty: Mooring sets them when the cluster confirms a Service that declares them.",
  ],
  "microsoft.network/loadbalancers": [
    "Its backend pools are restored empty: their members must be added again.",
    ...FRONTEND_LOSSES,
  ],
};

function reasonOf(entry: JournalEntry): string {
  return `undo of ${entry.id} (${entry.change.reason})`;
}
