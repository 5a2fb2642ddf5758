import { closest, distance } from "fastest-levenshtein";
import { AZURE_ANNOTATIONS } from "../../kubernetes/azureAnnotations.ts";
import type { Rule } from "../rule.ts";

/** Largest edit distance at which a name counts as misspelled. */
const CLOSE = 3;
/** Bounds the work: each comparison takes time, and a Service may have thousands of annotations. */
const MOST_COMPARED = 500;
const LONGEST = Math.max(...[...AZURE_ANNOTATIONS].map((key) => nameOf(key).length)) + CLOSE;
const byName = new Map([...AZURE_ANNOTATIONS].map((key) => [nameOf(key), key]));
const byWords = new Map([...AZURE_ANNOTATIONS].map((key) => [wordsOf(nameOf(key)), key]));

export const unknownAnnotation: Rule = {
  id: "unknown-annotation",
  title: "Unknown `azure-*` annotation, similar to a supported one",
  severity: "warn",
  reads: "names of the annotations",
  needsState: false,
  docs: "The cloud controller ignores unknown annotations without an error. Detects a different or missing prefix, reordered words, a missing `azure-`, different case and up to three wrong letters.",
  check: ({ annotations }) =>
    Object.entries(annotations)
      .filter(([key]) => !AZURE_ANNOTATIONS.has(key))
      .slice(0, MOST_COMPARED)
      .flatMap(([field, value]) => {
        const meant = annotationMeantBy(field);
        return meant
          ? [{ field, value, message: `ignored by AKS: did you mean ${meant}?`, suggestions: [meant] }]
          : [];
      }),
};

/** The supported annotation that an unsupported key resembles. */
export function annotationMeantBy(key: string): string | undefined {
  if (AZURE_ANNOTATIONS.has(key)) return undefined;
  const name = nameOf(key);
  // Kubernetes limits annotations only in total: one name may use all of it.
  if (name.length > LONGEST) return undefined;
  const lower = name.toLowerCase();
  const reordered = mayBeKubernetes(key) ? byWords.get(wordsOf(name)) : undefined;
  if (reordered !== undefined || !lower.startsWith("azure-")) return reordered;
  const nearest = closest(lower, [...byName.keys()]);
  return distance(lower, nearest) <= CLOSE ? byName.get(nearest) : undefined;
}

/** Other providers and controllers use the same words under their own prefixes. */
function mayBeKubernetes(key: string): boolean {
  const prefix = key.slice(0, Math.max(0, key.lastIndexOf("/")));
  return prefix === "" || prefix.endsWith("kubernetes.io");
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** The words of a name as a key: independent of their order, and of `azure`. */
function wordsOf(name: string): string {
  const words = name.toLowerCase().split(/[-_.]/);
  return words
    .filter((word) => word !== "azure")
    .toSorted()
    .join("-");
}
