import { InvalidInput } from "../../shared/core/errors.ts";

/** @throws InvalidInput unless there are either ids or `all` */
export function selectionOf(ids: readonly string[], all: boolean): { ids: string[] } | { all: true } {
  if (all && ids.length > 0) throw new InvalidInput("use either ids or --all, not both");
  if (!all && ids.length === 0)
    throw new InvalidInput("no messages selected; use ids from `mooring queue show`, or --all");
  return all ? { all } : { ids: [...ids] };
}
