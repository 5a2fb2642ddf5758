/** What is known of the schema's row since a few seconds ago: asked before every write, so it must cost nothing. */
import { createCache } from "../core/cache.ts";
import type { Tables } from "../ports/ports.ts";
import { readStanding, type Standing } from "./schema.ts";
import type { Step } from "./steps.ts";

/** So long a process may go on after a newer one has begun to upgrade. */
export const KNOWN_SECONDS = 5;

export interface SchemaWatch {
  /** At most {@link KNOWN_SECONDS} old. */
  standing(): Promise<Standing>;
  /** The next one is read anew: somebody here has changed it. */
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
