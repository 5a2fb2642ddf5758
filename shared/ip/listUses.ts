/** Addresses and names of Private Link Services that are in use, in a fixed order, as far as the reader reads on. */
import { liveClaims } from "../inventory/obstacle.ts";
import { serviceName } from "../inventory/owner.ts";
import type { Run } from "../ports/ports.ts";
import { holderOf, type FoundUse, type Shower } from "./showUse.ts";
import type { Source } from "./sources.ts";

export interface UseQuery {
  /** In the order of their partitions. */
  readonly sources: readonly Source[];
  /** In the address or name, in a Service that declares or has it, or in what has it in Azure; in any case. */
  readonly text?: string | undefined;
  /** Where the page before ended. */
  readonly after?: string | undefined;
}

/** Stop reading when you have enough. */
export async function* listUses(
  run: Run,
  { sources, text = "", after = "" }: UseQuery,
  shower: Pick<Shower, "services">,
): AsyncIterable<{ readonly item: FoundUse; readonly at: string }> {
  for (const source of sources) {
    if (`${source.partition} \uffff` <= after) continue;
    const range = after.startsWith(`${source.partition} `)
      ? { from: after.slice(source.partition.length + 1) }
      : {};
    for await (const { key, value } of run.ports.tables.addresses.list(source.partition, range)) {
      const at = `${source.partition} ${key}`;
      if (at === after) continue;
      const pls = "subscription" in source ? shower.services.plsAt(source.subscription, key) : undefined;
      const item = { source, key, row: value, ...(pls && { pls }) };
      if (isShown(run, item, { text, shower })) yield { item, at };
    }
  }
}

interface Wanted {
  readonly text: string;
  readonly shower: Pick<Shower, "services">;
}

/** A row whose claims have expired is free. */
function isShown(run: Run, item: FoundUse, { text, shower }: Wanted): boolean {
  const live = liveClaims(item.row, run.now().toISOString());
  if (!item.row.assignment && live.length === 0) return false;
  if (text === "") return true;
  const holder = holderOf(item, shower.services);
  const texts = [item.row.address, ...live.map(({ owner }) => serviceName(owner))];
  const all = [...texts, holder?.service ?? "", holder?.name ?? ""];
  return all.some((one) => one.toLowerCase().includes(text.toLowerCase()));
}
