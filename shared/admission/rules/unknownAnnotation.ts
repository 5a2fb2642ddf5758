import { closest, distance } from "fastest-levenshtein";
import { KNOWN_ANNOTATIONS } from "../../kubernetes/annotationNames.ts";
import type { Rule } from "../rule.ts";

/** More slips of the pen than these make another word. */
const CLOSE = 3;
/** To compare all that fit would keep the process busy. */
const MOST_COMPARED = 500;
const LONGEST = Math.max(...[...KNOWN_ANNOTATIONS].map((key) => nameOf(key).length)) + CLOSE;
const byName = new Map([...KNOWN_ANNOTATIONS].map((key) => [nameOf(key), key]));
const byWords = new Map([...KNOWN_ANNOTATIONS].map((key) => [wordsOf(nameOf(key)), key]));

export const unknownAnnotation: Rule = {
  id: "unknown-annotation",
  title: "An `azure-*` annotation that does not exist but is close to one that does",
  severity: "warn",
  reads: "names of the annotations",
  needsState: false,
  docs: "The cloud controller does not read it, and reports nothing. Found: another prefix or none, words in another order, a missing `azure-`, other capitals, a few wrong letters.",
  check: ({ annotations }) =>
    Object.entries(annotations)
      .filter(([key]) => !KNOWN_ANNOTATIONS.has(key))
      .slice(0, MOST_COMPARED)
      .flatMap(([field, value]) => {
        const meant = annotationMeantBy(field);
        return meant
          ? [{ field, value, message: `not read: did you mean ${meant}?`, suggestions: [meant] }]
          : [];
      }),
};

/** The annotation that was meant, if this key is none but resembles one. */
export function annotationMeantBy(key: string): string | undefined {
  if (KNOWN_ANNOTATIONS.has(key)) return undefined;
  const name = nameOf(key);
  // A name may be as long as all annotations together.
  if (name.length > LONGEST) return undefined;
  const lower = name.toLowerCase();
  const reordered = mayBeKubernetes(key) ? byWords.get(wordsOf(name)) : undefined;
  if (reordered !== undefined || !lower.startsWith("azure-")) return reordered;
  const nearest = closest(lower, [...byName.keys()]);
  return distance(lower, nearest) <= CLOSE ? byName.get(nearest) : undefined;
}

/** Other providers and controllers have annotations with the same words under prefixes of their own. */
function mayBeKubernetes(key: string): boolean {
  const prefix = key.slice(0, Math.max(0, key.lastIndexOf("/")));
  return prefix === "" || prefix.endsWith("kubernetes.io");
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** The same for names with the same words, in whatever order and with or without `azure`. */
function wordsOf(name: string): string {
  const words = name.toLowerCase().split(/[-_.]/);
  return words
    .filter((word) => word !== "azure")
    .toSorted()
    .join("-");
}
