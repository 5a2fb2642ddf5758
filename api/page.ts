/**
 * One page of a list. `continuation` contains the last key, so that concurrent inserts and deletes shift
 * nothing.
 */
import * as z from "zod";
import { decodeKey, encodeKey } from "./key.ts";
import type { Page } from "./model.ts";
import { ApiProblem } from "./problem.ts";

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;

/** Query parameters of every list; spread into the schema of the query. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  continuation: z.string().min(1).max(4096).optional(),
};

export interface Paging {
  readonly limit: number;
  readonly continuation?: string | undefined;
}

/**
 * A page of a list in memory. @param orderOf sort key: unique, and compared as text @throws ApiProblem 400
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

/** A page of a sorted stream, which is read only as far as needed. */
export async function pageOfStream<T, Item>(
  rows: AsyncIterable<{ readonly item: T; readonly at: string }>,
  { limit, show }: { readonly limit: number; readonly show: (item: T) => Item },
): Promise<Page<Item>> {
  const found: { item: T; at: string }[] = [];
  for await (const row of rows) {
    if (found.length === limit) return closed(found, true, show);
    found.push(row);
  }
  return closed(found, false, show);
}

/** The last key of the previous page. @throws ApiProblem 400 */
export function startOf(continuation: string | undefined): string | undefined {
  if (continuation === undefined) return undefined;
  const start = decodeKey(continuation);
  if (start === undefined)
    throw new ApiProblem(400, "continuation: invalid; use the value that the previous page returned");
  return start;
}

function closed<T, Item>(
  found: readonly { readonly item: T; readonly at: string }[],
  isMore: boolean,
  show: (item: T) => Item,
): Page<Item> {
  const last = found.at(-1);
  return {
    items: found.map(({ item }) => show(item)),
    ...(isMore && last && { continuation: encodeKey(last.at) }),
  };
}
