/** A filter that names something that nothing has is a mistake: an empty list would be taken for good news. */
import { closest, distance } from "fastest-levenshtein";

export interface NamedFilter {
  /** As it is written: `cluster`. */
  readonly name: string;
  /** Absent if it is not used. */
  readonly value: string | undefined;
  /** What the value names: `cluster`, `subscription`. */
  readonly noun: string;
  /** All that it may name; read only if there is a value. Compared in any case. */
  readonly known: () => Iterable<string> | Promise<Iterable<string>>;
}

export interface FilterProblem {
  readonly name: string;
  readonly value: string;
  readonly problem: string;
}

/** One for each filter whose value nothing has, with what was meant or what there is. */
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

/** A sentence if nothing of this name is known: `there is no cluster aks-onr; did you mean aks-one?` Pure. */
export function unknownName(value: string, noun: string, known: Iterable<string>): string | undefined {
  const names = new Map([...known].map((name) => [name.toLowerCase(), name]));
  if (names.has(value.toLowerCase())) return undefined;
  return `there is no ${noun} ${value}${hint(value.toLowerCase(), names)}`;
}

/** Names that differ in at most two characters, or a third of them if they are long; at least half of the characters agree. */
function isSimilar(value: string, near: string): boolean {
  const edits = distance(value, near);
  const isTypo = edits <= Math.max(2, Math.floor(value.length / 3));
  return isTypo && edits * 2 <= Math.max(value.length, near.length);
}

function hint(value: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return "; there is none at all";
  const near = closest(value, [...names.keys()]);
  if (isSimilar(value, near)) return `; did you mean ${names.get(near)}?`;
  const listed = [...names.values()].toSorted().slice(0, LISTED);
  const more = names.size - listed.length;
  return `; there ${names.size === 1 ? "is" : "are"} ${listed.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
