/** One box that finds everything: addresses, Services, subnets, Private Link Services, clusters and orphans. From tables only, so it may be asked at every key. */
import * as z from "zod";
import { addressHits } from "./addressHits.ts";
import { SearchHit } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { recently } from "./recent.ts";
import { gatherKnown, type Known } from "./searchIndex.ts";

const MOST = 20;

export const search = [
  defineOperation({
    name: "search",
    method: "GET",
    path: "/search",
    summary: "Finds addresses, Services, subnets, Private Link Services, clusters and orphans; at most 20",
    role: "Mooring.Reader",
    query: z.strictObject({ q: z.string().trim().min(1).max(200) }),
    response: z.object({ items: z.array(SearchHit) }),
    handle: async ({ run, query: { q } }) => {
      const known = await recently(run, "search", () => gatherKnown(run));
      const named = known
        .filter(({ text }) => text.includes(q.toLowerCase()))
        .toSorted((a, b) => rank(a, q) - rank(b, q));
      const addresses = await addressHits(run, q, MOST);
      return { body: { items: [...addresses, ...named.map(({ hit }) => hit)].slice(0, MOST) } };
    },
  }),
];

/** What is called so before what begins so before what has it somewhere. */
function rank({ hit: { title } }: Known, q: string): number {
  const [name, wanted] = [title.toLowerCase(), q.toLowerCase()];
  if (name === wanted || name.endsWith(`/${wanted}`)) return 0;
  return name.startsWith(wanted) ? 1 : 2;
}
