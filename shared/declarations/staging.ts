/** Staged pages of incomplete lists. They have no effect, and are removed with their list. */
import type { Run } from "../ports/ports.ts";
import { removeRows } from "../storage/writeRows.ts";
import type { Listed, Listing } from "./model.ts";

/** Well below the size limit of a row, so that one more Service never exceeds it. */
const PART_CHARACTERS = 200_000;

/** A page that is posted again, because a response was lost, replaces the stored one. */
export async function stagePage(
  run: Run,
  cluster: string,
  { id, pages }: Pick<Listing, "id" | "pages">,
  services: readonly Listed[],
): Promise<void> {
  const stagedAtUtc = run.now().toISOString();
  for (const [part, some] of inParts(services).entries()) {
    const key = `${id} ${padded(pages)} ${padded(part)}`;
    await run.ports.tables.pages.transact(cluster, [
      { do: "put", key, value: { services: some, stagedAtUtc } },
    ]);
  }
}

/** All Services of a list, in order, one part at a time. */
export async function* stagedServices(
  run: Run,
  cluster: string,
  listing: Pick<Listing, "id">,
): AsyncGenerator<readonly Listed[]> {
  for await (const { value } of run.ports.tables.pages.list(cluster, rangeOf(listing))) yield value.services;
}

/** Removes all staged pages of a cluster except those of lists in progress. */
export async function dropStaged(run: Run, cluster: string, kept: readonly string[]): Promise<void> {
  // Keys only: the pages of one list may be tens of megabytes.
  const old: { key: string }[] = [];
  for await (const { key } of run.ports.tables.pages.list(cluster))
    if (!kept.some((id) => key.startsWith(`${id} `))) old.push({ key });
  await removeRows(run.ports.tables.pages, cluster, old);
}

function inParts(services: readonly Listed[]): Listed[][] {
  const parts: Listed[][] = [];
  let left = 0;
  for (const service of services) {
    const size = JSON.stringify(service).length;
    if (size > left) {
      parts.push([]);
      left = PART_CHARACTERS;
    }
    parts.at(-1)?.push(service);
    left -= size;
  }
  return parts;
}

function rangeOf({ id }: Pick<Listing, "id">) {
  return { from: `${id} `, to: `${id} ~` };
}

function padded(number: number): string {
  return String(number).padStart(6, "0");
}
