/**
 * Search across addresses, Services, subnets, Private Link Services, clusters and orphans. Reads tables
 * only, so that it can run on every keystroke.
 */
import * as z from "zod";
import { addressHits } from "./addressHits.ts";
import { SearchHit } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { recently } from "./recent.ts";
import { gatherEntries, type SearchEntry } from "./searchIndex.ts";

const MOST = 20;

export const search = [
  defineOperation({
    name: "search",
    method: "GET",
    path: "/search",
    summary:
      "Search addresses, Services, subnets, Private Link Services, clusters and orphans; returns at most 20 results",
    role: "Mooring.Reader",
    query: z.strictObject({ q: z.string().trim().min(1).max(200) }),
    response: z.object({ items: z.array(SearchHit) }),
    handle: async ({ run, query: { q } }) => {
      const entries = await recently(run, "search", () => gatherEntries(run));
      const named = entries
        .filter(({ text }) => text.includes(q.toLowerCase()))
        .toSorted((a, b) => rank(a, q) - rank(b, q));
      const addresses = await addressHits(run, q, MOST);
      return { body: { items: [...addresses, ...named.map(({ hit }) => hit)].slice(0, MOST) } };
    },
  }),
];

/** Exact matches first, then prefixes, then any other match. */
function rank({ hit: { title } }: SearchEntry, q: string): number {
  const [name, query] = [title.toLowerCase(), q.toLowerCase()];
  if (name === query || name.endsWith(`/${query}`)) return 0;
  return name.startsWith(query) ? 1 : 2;
}
