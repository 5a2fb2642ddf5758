/** One page of a list. `continuation` says where the page ended, so that what comes and goes meanwhile shifts nothing. */
import * as z from "zod";
import { decodeKey, encodeKey } from "./key.ts";
import type { Page } from "./model.ts";
import { ApiProblem } from "./problem.ts";

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;

/** What every list takes; spread into the query's schema. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  continuation: z.string().min(1).max(4096).optional(),
};

export interface Paging {
  readonly limit: number;
  readonly continuation?: string | undefined;
}

/**
 * The page of a list that is at hand whole.
 * @param orderOf what the list is ordered by: of no two items the same, and compared as text
 * @throws ApiProblem 400
 */
export function pageOf<T, Item>(
  items: readonly T[],
  orderOf: (item: T) => string,
  { limit, continuation, show }: Paging & { readonly show: (item: T) => Item },
): Page<Item> {
  const after = startOf(continuation);
  const ordered = items.map((item) => ({ item, at: orderOf(item) })).sort((a, b) => (a.at < b.at ? -1 : 1));
  const rest = after === undefined ? ordered : ordered.filter(({ at }) => at > after);
  return closed(rest.slice(0, limit), rest.length > limit, show);
}

/** The page of a list that is read as far as it is needed, and comes in its order. */
export async function pageOfStream<T, Item>(
  rows: AsyncIterable<{ readonly item: T; readonly at: string }>,
  { limit, show }: { readonly limit: number; readonly show: (item: T) => Item },
): Promise<Page<Item>> {
  const taken: { item: T; at: string }[] = [];
  for await (const row of rows) {
    if (taken.length === limit) return closed(taken, true, show);
    taken.push(row);
  }
  return closed(taken, false, show);
}

/** Where the page before ended. @throws ApiProblem 400 */
export function startOf(continuation: string | undefined): string | undefined {
  if (continuation === undefined) return undefined;
  const start = decodeKey(continuation);
  if (start === undefined) throw new ApiProblem(400, "continuation: not one that a page gave");
  return start;
}

function closed<T, Item>(
  taken: readonly { readonly item: T; readonly at: string }[],
  isMore: boolean,
  show: (item: T) => Item,
): Page<Item> {
  const last = taken.at(-1);
  return {
    items: taken.map(({ item }) => show(item)),
    ...(isMore && last && { continuation: encodeKey(last.at) }),
  };
}
