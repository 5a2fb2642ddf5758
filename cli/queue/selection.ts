import { InvalidInput } from "../../shared/core/errors.ts";
import type { Selection } from "../../shared/storage/queues/choose.ts";

/** @throws InvalidInput unless it is either ids or all */
export function selectionOf(ids: readonly string[], all: boolean): Selection {
  if (all && ids.length > 0) throw new InvalidInput("either ids or --all, not both");
  if (!all && ids.length === 0)
    throw new InvalidInput("say which: ids as `mooring queue show` tells them, or --all");
  return all ? "all" : ids;
}
