/** One page of the API server's list of Services. Pure. */
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import { readJson } from "./jsonShape.ts";
import type { Listed, Listing } from "./model.ts";
import { isOlder, readService, requireVersion, type Read } from "./service.ts";

/** More is no cluster that AKS can run. @see https://learn.microsoft.com/azure/aks/quotas-skus-regions */
export const MAX_ITEMS = 200_000;
/** Its uid tells one cluster from another. */
export const IDENTITY_KEY = "default/kubernetes";
const HOW = "send the API server's answer to the query that Mooring named";

const Head = z.object({
  kind: z.literal("ServiceList", `not a ServiceList: ${HOW}`),
  apiVersion: z.literal("v1"),
  metadata: z.object({ resourceVersion: z.string().nullish(), continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullable(),
});

export interface Page {
  /** The listing with this page in it. */
  readonly listing: Listing;
  readonly services: readonly Listed[];
  /** Where the next page begins; absent: the list is complete. */
  readonly next?: string;
}

/** @throws InvalidInput if the text is no page, or not the next one of the listing */
export function readPage(text: string, listing: Listing): Page {
  const head = parseHead(text);
  const items = head.items ?? [];
  const resourceVersion = requireVersion(head.metadata.resourceVersion, "metadata.resourceVersion");
  if (listing.resourceVersion !== undefined && listing.resourceVersion !== resourceVersion)
    throw new InvalidInput(
      `metadata.resourceVersion: ${resourceVersion}, but the pages before it have ${listing.resourceVersion}`,
    );
  const count = listing.items + items.length;
  if (count > MAX_ITEMS) throw new InvalidInput(`items: the list has more than ${MAX_ITEMS} Services`);
  if (items.length > listing.limit)
    throw new InvalidInput(
      `items: the page has ${items.length} Services, and ${listing.limit} were requested`,
    );
  const read = items.map((item, index) => readService(item, `items.${index}`));
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

function parseHead(text: string): z.infer<typeof Head> {
  const parsed = Head.safeParse(readJson(text, "the body"));
  if (parsed.success) return parsed.data;
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
