/** One page of the API server's list of Services. Pure. */
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { mapPaced } from "../core/paced.ts";
import { parseJson, splitList } from "./jsonShape.ts";
import type { Listed, Listing } from "./model.ts";
import { isOlder, readService, requireVersion, type Read } from "./service.ts";

/** More than an AKS cluster can have. @see https://learn.microsoft.com/azure/aks/quotas-skus-regions */
export const MAX_ITEMS = 200_000;
/** Its uid identifies the cluster. */
export const IDENTITY_KEY = "default/kubernetes";
const HOW = "send the API server's answer to the query that Mooring named";

const Head = z.object({
  kind: z.literal("ServiceList", `not a ServiceList: ${HOW}`),
  apiVersion: z.literal("v1"),
  metadata: z.object({ resourceVersion: z.string().nullish(), continue: z.string().nullish() }),
  // The elements are split off before the list is parsed.
  items: z.array(z.unknown()).max(0, `not a ServiceList: ${HOW}`).nullable(),
});

export interface Page {
  /** The listing with this page in it. */
  readonly listing: Listing;
  readonly services: readonly Listed[];
  /** Where the next page begins; absent: the list is complete. */
  readonly next?: string;
}

/** @throws InvalidInput if the text is no page, or not the next one of the listing */
export async function readPage(text: string, listing: Listing): Promise<Page> {
  const { head, items } = splitPage(text, listing.limit);
  const resourceVersion = requireVersion(head.metadata.resourceVersion, "metadata.resourceVersion");
  if (listing.resourceVersion !== undefined && listing.resourceVersion !== resourceVersion)
    throw new InvalidInput(
      `metadata.resourceVersion: ${resourceVersion}, but the pages before it have ${listing.resourceVersion}`,
    );
  const count = listing.items + items.length;
  if (count > MAX_ITEMS) throw new InvalidInput(`items: the list has more than ${MAX_ITEMS} Services`);
  const read = await mapPaced(items, (item, index) => {
    const at = `items.${index}`;
    return readService(parseJson(item, at), at);
  });
  const future = read.find((one) => isOlder(resourceVersion, one.resourceVersion));
  if (future)
    throw new InvalidInput(
      `${future.key}: its resourceVersion ${future.resourceVersion} is newer than its list's`,
    );
  const lastKey = requireOrder(read, listing.lastKey);
  return {
    listing: {
      ...listing,
      resourceVersion,
      items: count,
      pages: listing.pages + 1,
      ...(lastKey !== undefined && { lastKey }),
      identities: [
        ...listing.identities,
        ...read.filter(({ key }) => key === IDENTITY_KEY).map(({ uid }) => uid),
      ],
    },
    services: read.flatMap(({ listed }) => listed ?? []),
    ...(head.metadata.continue && { next: head.metadata.continue }),
  };
}

function splitPage(
  text: string,
  limit: number,
): { readonly head: z.infer<typeof Head>; readonly items: readonly string[] } {
  const { head, items } = splitList(text, "the body", limit);
  const parsed = Head.safeParse(head);
  if (parsed.success) return { head: parsed.data, items };
  throw new InvalidInput(
    parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`),
  );
}

/**
 * The API server lists in the order of its keys, so a page that repeats or overlaps another, or two Services of one name, show as a
 * step back. Gives the last key. @throws InvalidInput
 */
function requireOrder(read: readonly Read[], lastKey: string | undefined): string | undefined {
  let last = lastKey;
  for (const [index, { key }] of read.entries()) {
    if (last !== undefined && !isAfter(key, last))
      throw new InvalidInput(`items.${index}: ${key} follows ${last}: a page was repeated or left out`);
    last = key;
  }
  return last;
}

function isAfter(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}
