/** The way back from a journal entry, as a plan like any other, and in words what cannot come back. */
import { InvalidInput } from "../core/errors.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { JournalEntry } from "./journal.ts";
import { listJournal } from "./journalStore.ts";
import { namedItems, valueAt } from "./body.ts";
import { isListEdit, isRemoval, SYSTEM, type Change, type Evidence, type Plan } from "./plan.ts";
import type { JsonObject } from "../ports/resources.ts";
import { restorable } from "./restorable.ts";

export interface Undo {
  readonly plan: Plan;
  /** What will not be as it was, a sentence each. */
  readonly losses: readonly string[];
}

/** @throws InvalidInput if there is no such entry, or if it cannot be undone, with the reason */
export async function planUndo(run: Run, id: string): Promise<Undo> {
  const entry = await findEntry(run, id);
  if (entry.outcome !== "applied")
    throw new InvalidInput(
      `journal entry ${entry.id} was ${entry.outcome}: only what was applied can be undone`,
    );
  const evidence: Evidence[] = [
    {
      says: `journal entry ${entry.id} tells how it was before`,
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
  throw new InvalidInput(`journal entry ${entry.id} made a resource: Mooring does not delete what lives`);
}

/** True of entries for which `planUndo` knows a way back. Pure. */
export function isUndoable({ outcome, change, beforeState }: JournalEntry): boolean {
  if (outcome !== "applied" || change.action === "create") return false;
  if (change.action === "update") return isRemoval(change) || change.capability === "privateLinkServices";
  return beforeState !== undefined && lossesOf(change) !== undefined;
}

/** The entry whose id is, or alone begins with, the text. @throws InvalidInput if there is none, or more than one */
export async function findEntry(run: Run, id: string): Promise<JournalEntry> {
  const found: JournalEntry[] = [];
  for await (const { entry } of listJournal(run)) if (entry.id.startsWith(id)) found.push(entry);
  const exact = found.find((entry) => entry.id === id);
  if (!exact && found.length > 1)
    throw new InvalidInput(`${found.length} journal entries begin with ${id}: write more of it`);
  const entry = exact ?? found[0];
  if (!entry) throw new InvalidInput(`there is no journal entry ${id}; \`mooring journal list\` shows them`);
  return entry;
}

function undoUpdate(entry: JournalEntry, change: Change & { action: "update" }, evidence: Evidence[]): Undo {
  if (change.capability !== "privateLinkServices")
    throw new InvalidInput(
      `Azure lets no connection wait again: decide anew with \`mooring connections approve\` or \`reject\``,
    );
  const edits = change.edits
    .flatMap((edit) =>
      isListEdit(edit) ? [] : [{ path: edit.path, before: edit.after, after: edit.before }],
    )
    .toReversed();
  const automatic = entry.cause.who === SYSTEM;
  // An operator requests it: unlike the change, it does not depend on what the cluster declares.
  const { confirmedSequence: _ofChange, ...own } = change;
  return {
    plan: { changes: [{ ...own, reason: reasonOf(entry), evidence, edits }] },
    losses: automatic
      ? ["Mooring will put it right again, unless the Service's annotation or the policy changes first."]
      : [],
  };
}

interface Removed {
  readonly entry: JournalEntry;
  readonly change: Change & { action: "update" };
  readonly evidence: Evidence[];
}

/** Puts back what was taken out, as the state before has it. */
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
    throw new InvalidInput(`${entry.change.resourceId} cannot come back: its consumer must ask for it again`);
  const body = await bodyBefore(run, entry);
  return {
    plan: { changes: [{ ...entry.change, action: "create", body, reason: reasonOf(entry), evidence }] },
    losses,
  };
}

/** @throws InvalidInput if the state was not kept, or is not kept any more */
async function bodyBefore(run: Run, { id, beforeState }: JournalEntry): Promise<JsonObject> {
  const state = beforeState === undefined ? undefined : await run.ports.states.load(beforeState);
  if (state === undefined) throw new InvalidInput(`journal entry ${id} has no state to go back to`);
  return restorable(state as JsonObject);
}

/** What does not come back with what the change took away; `undefined` if that cannot come back. Pure. */
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

/** They come back as they were. */
const RULES: ReadonlySet<string> = new Set(["properties.loadBalancingRules", "properties.probes"]);
const FRONTEND_LOSSES = [
  "A dynamic address may be another one; a static one only comes back if it is still free.",
];

/** By resource type; what is not here cannot be made again. */
const LOSSES: Readonly<Record<string, readonly string[]>> = {
  "microsoft.network/privatelinkservices": [
    "The Private Link Service gets another alias: consumers that connect by alias must be told.",
    "Its consumers' connections do not come back: they must make new private endpoints.",
  ],
  "microsoft.network/loadbalancers": [
    "Its backend pools come back empty: whoever filled them must do so again.",
    ...FRONTEND_LOSSES,
  ],
};

function reasonOf(entry: JournalEntry): string {
  return `undo of ${entry.id} (${entry.change.reason})`;
}
