import { closest, distance } from "fastest-levenshtein";
import { KNOWN_ANNOTATIONS } from "../../annotations/known.ts";
import type { Rule } from "../rule.ts";

/** More slips of the pen than these make another word. */
const CLOSE = 3;
const known = new Map([...KNOWN_ANNOTATIONS].map((key) => [nameOf(key), key]));

export const unknownAnnotation: Rule = {
  id: "unknown-annotation",
  title: "An `azure-*` annotation that does not exist but is close to one that does",
  severity: "warn",
  reads: "names of the annotations",
  needsState: false,
  docs: "The cloud controller does not read it, and says nothing.",
  check: ({ annotations }) =>
    Object.entries(annotations).flatMap(([field, value]) => {
      const meant = meantBy(field);
      return meant
        ? [{ field, value, message: `not read: did you mean ${meant}?`, suggestions: [meant] }]
        : [];
    }),
};

/** The annotation that was meant, if this one is none: another prefix, or a few letters off. */
function meantBy(key: string): string | undefined {
  const name = nameOf(key);
  if (KNOWN_ANNOTATIONS.has(key) || !name.startsWith("azure-")) return undefined;
  const nearest = closest(name, [...known.keys()]);
  return distance(name, nearest) <= CLOSE ? known.get(nearest) : undefined;
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
