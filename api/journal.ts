import * as z from "zod";
import type { JournalEntry as Entry } from "../shared/changes/journal.ts";
import { listJournalAfter } from "../shared/changes/journalStore.ts";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import { findEntry, isUndoable, planUndo } from "../shared/changes/undo.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { canonicalId } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { decodeKey } from "./key.ts";
import { JournalDetail, JournalEntry, Outcome, pageOf as schemaOfPage, PlannedChange } from "./model.ts";
import { clusterFilter, demandFilters } from "./filters.ts";
import { defineOperation } from "./operation.ts";
import { pageOfStream, paging, startOf } from "./page.ts";
import { carryOut, planning, showChange } from "./plans.ts";
import { ApiProblem } from "./problem.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Id = z.strictObject({ id: z.string().min(4).max(128) });

const Filter = z.strictObject({
  /** A resource id, or the key of a resource; matches its child resources too. */
  resource: z.string().optional(),
  capability: PlannedChange.shape.capability.optional(),
  outcome: JournalEntry.shape.outcome.optional(),
  who: z.string().optional(),
  cluster: z.string().toLowerCase().optional(),
  sinceUtc: z.iso.datetime().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

export const journal = [
  defineOperation({
    name: "listJournal",
    method: "GET",
    path: "/journal",
    summary: "List changes that Mooring made in Azure, newest first",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(JournalEntry),
    handle: async ({ run, query }) => {
      const seen: Seen = [];
      const body = await pageOfStream(matching(run, query, seen), { limit: query.limit, show: showEntry });
      // All entries were read unless a time limit or a continuation cut the list: only a complete list
      // shows which deleted clusters still have entries.
      const isComplete = query.sinceUtc === undefined && query.continuation === undefined;
      if (body.items.length === 0 && isComplete)
        await demandFilters([clusterFilter(run, query.cluster, seen)]);
      return { body };
    },
  }),
  defineOperation({
    name: "getJournalEntry",
    method: "GET",
    path: "/journal/{id}",
    summary: "Get a journal entry with the resource before and after the change",
    role: "Mooring.Reader",
    params: Id,
    response: JournalDetail,
    handle: async ({ run, params }) => {
      const entry = await demandEntry(run, params.id);
      const [before, after] = await waitForAll([load(run, entry.beforeState), load(run, entry.afterState)]);
      return {
        body: {
          ...showEntry(entry),
          ...(before !== undefined && { before }),
          ...(after !== undefined && { after }),
        },
      };
    },
  }),
  defineOperation({
    name: "undoJournalEntry",
    method: "POST",
    path: "/journal/{id}/undo",
    summary: "Undo a journal entry",
    role: "Mooring.Operator",
    params: Id,
    query: planning,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const { id, plan, losses } = await demandUndo(call.run, call.params.id);
      const apply = inParts(call.app.apply, oneByOne(plan));
      return carryOut(call, { plan, losses, apply, why: `undo ${id}` });
    },
  }),
];

/** The clusters in the entries that were read for a page. */
type Seen = { readonly cluster: string | undefined }[];

async function* matching(run: Run, query: Filter, seen: Seen) {
  const resource = query.resource && canonicalId(decodeResource(query.resource));
  for await (const { key, entry } of listJournalAfter(run, startOf(query.continuation))) {
    if (query.sinceUtc !== undefined && entry.intendedAtUtc < query.sinceUtc) return;
    seen.push({ cluster: entry.change.cluster });
    if (fits(entry, { ...query, resource })) yield { item: entry, at: key };
  }
}

function decodeResource(text: string): string {
  return text.startsWith("/") ? text : (decodeKey(text) ?? text);
}

function fits({ change, cause, outcome }: Entry, query: Filter): boolean {
  const { resource, capability, who, cluster } = query;
  if (resource && !isBelow(canonicalId(change.resourceId), resource)) return false;
  if (capability && change.capability !== capability) return false;
  if (query.outcome && outcome !== query.outcome) return false;
  return (who === undefined || cause.who === who) && (cluster === undefined || change.cluster === cluster);
}

function isBelow(id: string, resource: string): boolean {
  return id === resource || id.startsWith(`${resource}/`);
}

export function showEntry(entry: Entry): JournalEntry {
  const { id, change, cause, policyVersion, outcome, why, intendedAtUtc, completedAtUtc } = entry;
  return {
    id,
    atUtc: intendedAtUtc,
    ...(completedAtUtc !== undefined && { completedAtUtc }),
    outcome,
    ...(why !== undefined && { why }),
    who: cause.who,
    cause: cause.why,
    correlationId: cause.correlationId,
    policyVersion,
    change: showChange(change),
    undoable: isUndoable(entry),
  };
}

/** @throws ApiProblem 404 */
async function demandEntry(run: Run, id: string): Promise<Entry> {
  try {
    return await findEntry(run, id);
  } catch (error) {
    throw error instanceof InvalidInput ? new ApiProblem(404, error.problems) : error;
  }
}

/** @throws ApiProblem 404, or 409 with the reason why the entry cannot be undone */
export async function demandUndo(run: Run, prefix: string) {
  const { id } = await demandEntry(run, prefix);
  try {
    return { ...(await planUndo(run, id)), id };
  } catch (error) {
    throw error instanceof InvalidInput ? new ApiProblem(409, error.problems) : error;
  }
}

async function load(run: Run, name: string | undefined): Promise<unknown> {
  return name === undefined ? undefined : run.ports.states.load(name);
}
