import type { PrivateLinkService } from "../../../api/model.ts";

export type Field = PrivateLinkService["fields"][number];

/**
 * `same`: as it shall be. `missing`: shall be there and is not. `extra`: is there and shall not be. `narrowed`: declared, but
 * policy does not allow it, and it is not there. `unjudged`: nobody declares anything.
 */
export type Mark = "same" | "missing" | "extra" | "narrowed" | "unjudged";

export interface Item {
  readonly text: string;
  readonly mark: Mark;
  readonly declared: boolean;
  readonly allowed: boolean;
  readonly actual: boolean;
}

/** Each item of a field once, and in which columns it stands; as Azure compares: whatever the case, whatever the order. */
export function compareField({ declared, allowed, actual }: Field): readonly Item[] {
  const shall = allowed ?? declared;
  const of = { declared: setOf(declared), allowed: setOf(shall), actual: setOf(actual) };
  const texts = new Map([...(declared ?? []), ...(shall ?? []), ...actual].map((text) => [fold(text), text]));
  return [...texts].map(([key, text]) => {
    const stands = {
      declared: of.declared.has(key),
      allowed: of.allowed.has(key),
      actual: of.actual.has(key),
    };
    return { text, ...stands, mark: shall ? markOf(stands) : "unjudged" };
  });
}

function markOf({ allowed, actual }: Pick<Item, "allowed" | "actual">): Mark {
  if (allowed && actual) return "same";
  if (allowed) return "missing";
  return actual ? "extra" : "narrowed";
}

function setOf(texts: readonly string[] | undefined): ReadonlySet<string> {
  return new Set(texts?.map(fold));
}

function fold(text: string): string {
  return text.toLowerCase();
}
