/** Caches the schema row for a few seconds: it is checked before every write, which must not cost a round trip. */
import { createCache } from "../core/cache.ts";
import type { Tables } from "../ports/ports.ts";
import { readStanding, type Standing } from "./schema.ts";
import type { Step } from "./steps.ts";

/** How long a process may continue after a newer one has started to upgrade. */
export const KNOWN_SECONDS = 5;

export interface SchemaWatch {
  /** At most {@link KNOWN_SECONDS} old. */
  standing(): Promise<Standing>;
  /** Invalidates the cache after this process changed the row. */
  forget(): void;
}

export function watchSchema(
  tables: Pick<Tables, "schema">,
  { steps, now }: { readonly steps: readonly Step[]; readonly now: () => Date },
): SchemaWatch {
  const nothing = () => createCache<Standing>(KNOWN_SECONDS, now);
  let known = nothing();
  return {
    standing: () => known.get("schema", () => readStanding(tables, steps)),
    forget: () => void (known = nothing()),
  };
}
