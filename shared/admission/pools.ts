/** Address pools that policy defines. Pure. */
import { parsePrefixes } from "../azure/prefix.ts";
import { parseRange, type Range } from "../azure/addressRange.ts";
import type { Policy } from "../policy/policy.ts";
import { isFor, type Place } from "./permitted.ts";

export type Pool = Policy["addressPools"][number];

/** The pools that a Service of the place may use. */
export function poolsFor({ addressPools }: Policy, place: Place): Pool[] {
  return addressPools.filter((pool) => isFor(pool, place));
}

export function rangesOf({ ranges }: Pick<Pool, "ranges">): Range[] {
  return ranges.flatMap((text) => parseRange(text) ?? parsePrefixes([text]));
}
