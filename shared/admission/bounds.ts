/**
 * Size limits of a reviewed Service. Each limit is above what works in Azure, and is checked first, so that no Service
 * occupies the process for long. Pure.
 */
import { ANNOTATIONS } from "../kubernetes/annotations.ts";

const MAX_ENTRIES = 1000;
const MAX_PORTS = 5000;
const LIST_TYPES = new Set<string>(["addresses", "names", "subscriptions"]);
const LISTS = Object.values(ANNOTATIONS).filter(({ type }) => LIST_TYPES.has(type));

/** A problem for each field over its limit. @param object of the review, as parsed from JSON @param at its field in the review */
export function boundsExceeded(object: unknown, at: string): string[] {
  const lists: readonly (readonly [path: readonly string[], most: number])[] = [
    [["spec", "ports"], MAX_PORTS],
    [["spec", "ipFamilies"], MAX_ENTRIES],
    [["status", "loadBalancer", "ingress"], MAX_ENTRIES],
    ...LISTS.map(({ key }) => [["metadata", "annotations", key], MAX_ENTRIES] as const),
  ];
  return lists.flatMap(([path, most]) =>
    exceeds(valueAt(object, path), most) ? [`${[at, ...path].join(".")}: has more than ${most} entries`] : [],
  );
}

/** Counts spaces between entries, too: skipping them takes as long. */
function exceeds(value: unknown, most: number): boolean {
  if (typeof value === "string") return value.split(" ", most + 1).length > most;
  return Array.isArray(value) && value.length > most;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    object,
  );
}
