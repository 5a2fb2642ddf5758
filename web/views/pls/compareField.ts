import type { PrivateLinkService } from "../../../api/model.ts";

export type Field = PrivateLinkService["fields"][number];

/**
 * `same`: matches. `missing`: declared and allowed, but not in Azure. `extra`: in Azure, but not declared
 * or not allowed. `narrowed`: declared, not allowed by policy, and not in Azure. `unjudged`: nothing is
 * declared.
 */
export type Mark = "same" | "missing" | "extra" | "narrowed" | "unjudged";

export interface Item {
  readonly text: string;
  readonly mark: Mark;
  readonly declared: boolean;
  readonly allowed: boolean;
  readonly actual: boolean;
}

/**
 * Each distinct item of a field and the columns that contain it; compared like Azure does, ignoring case
 * and order.
 */
export function compareField({ declared, allowed, actual }: Field): readonly Item[] {
  const expected = allowed ?? declared;
  const of = { declared: setOf(declared), allowed: setOf(expected), actual: setOf(actual) };
  const texts = new Map(
    [...(declared ?? []), ...(expected ?? []), ...actual].map((text) => [fold(text), text]),
  );
  return [...texts].map(([key, text]) => {
    const columns = {
      declared: of.declared.has(key),
      allowed: of.allowed.has(key),
      actual: of.actual.has(key),
    };
    return { text, ...columns, mark: expected ? markOf(columns) : "unjudged" };
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
