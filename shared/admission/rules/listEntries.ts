/** The mistake behind an entry of a list annotation that is none: lists are separated by spaces, and by nothing else. */

const SEPARATORS: readonly (readonly [RegExp, string])[] = [
  [/[\n\r]/, "a line break"],
  [/\t/, "a tab"],
  [/,/, "a comma"],
  [/;/, "a semicolon"],
];

/**
 * What is wrong with the entry, e.g. `"a,b" is not a host name: a comma separates its parts`, and what to write.
 * @param what a noun with its article @param how what a right entry looks like
 */
export function malformedEntry(token: string, what: string, how: string): string {
  const wrong = SEPARATORS.find(([pattern]) => pattern.test(token))?.[1];
  if (wrong === undefined) return `"${token}" is not ${what}: ${how}, separated by spaces`;
  return `the separator is ${wrong}: separate the entries by spaces (read as one entry: "${token}", which is not ${what})`;
}
