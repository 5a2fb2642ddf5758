/** Rejects filters with unknown values: an empty result would be misread as "nothing found". */
import { closest, distance } from "fastest-levenshtein";

export interface NamedFilter {
  /** Name of the filter's option, e.g. `cluster`. */
  readonly name: string;
  /** Absent if the filter is not used. */
  readonly value: string | undefined;
  /** What the value refers to: `cluster`, `subscription`. */
  readonly noun: string;
  /** All valid values; read only if there is a value. Case-insensitive. */
  readonly known: () => Iterable<string> | Promise<Iterable<string>>;
}

export interface FilterProblem {
  readonly name: string;
  readonly value: string;
  readonly problem: string;
}

/** One problem per filter with an unknown value, with a suggestion or the valid values. */
export async function filterProblems(filters: readonly NamedFilter[]): Promise<FilterProblem[]> {
  const problems: FilterProblem[] = [];
  for (const { name, value, noun, known } of filters) {
    if (value === undefined) continue;
    const problem = unknownName(value, noun, await known());
    if (problem !== undefined) problems.push({ name, value, problem });
  }
  return problems;
}

const LISTED = 5;

/** A problem if the name is unknown: `there is no cluster aks-onr; did you mean aks-one?` Pure. */
export function unknownName(value: string, noun: string, known: Iterable<string>): string | undefined {
  const names = new Map([...known].map((name) => [name.toLowerCase(), name]));
  if (names.has(value.toLowerCase())) return undefined;
  return `there is no ${noun} ${value}${hint(value.toLowerCase(), names)}`;
}

/** True if the names differ in at most two characters, or a third of them in long names, and agree in at least half of them. */
function isSimilar(value: string, near: string): boolean {
  const edits = distance(value, near);
  const isTypo = edits <= Math.max(2, Math.floor(value.length / 3));
  return isTypo && edits * 2 <= Math.max(value.length, near.length);
}

function hint(value: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return "; none exist";
  const near = closest(value, [...names.keys()]);
  if (isSimilar(value, near)) return `; did you mean ${names.get(near)}?`;
  const listed = [...names.values()].toSorted().slice(0, LISTED);
  const more = names.size - listed.length;
  return `; available: ${listed.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
