/** Filters journal entries. Pure. */
import type { JournalEntry } from "../../../api/model.ts";

export interface Filter {
  /** Part of the resource id. */
  readonly resource: string;
  readonly capability: string;
  readonly outcome: string;
  readonly who: string;
}

export function readFilter(query: URLSearchParams): Filter {
  const read = (name: string) => query.get(name) ?? "";
  return {
    resource: read("resource"),
    capability: read("capability"),
    outcome: read("outcome"),
    who: read("who"),
  };
}

export function filterEntries(entries: readonly JournalEntry[], filter: Filter): readonly JournalEntry[] {
  const { capability, outcome, who } = filter;
  const resource = filter.resource.trim().toLowerCase();
  return entries.filter(
    (entry) =>
      (resource === "" || entry.change.resourceId.toLowerCase().includes(resource)) &&
      (capability === "" || entry.change.capability === capability) &&
      (outcome === "" || entry.outcome === outcome) &&
      (who === "" || entry.who === who),
  );
}
