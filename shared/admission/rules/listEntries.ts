/** Explains an invalid entry of a list annotation. The cloud controller separates lists at spaces only. */

const SEPARATORS: readonly (readonly [RegExp, string])[] = [
  [/[\n\r]/, "a line break"],
  [/\t/, "a tab"],
  [/,/, "a comma"],
  [/;/, "a semicolon"],
];

/**
 * What is wrong with the entry, e.g. `"a,b" is not a host name: a comma separates its parts`, and what to write.
 * @param what a noun with its article @param how what a valid entry looks like
 */
export function malformedEntry(token: string, what: string, how: string): string {
  const wrong = SEPARATORS.find(([pattern]) => pattern.test(token))?.[1];
  if (wrong === undefined) return `"${token}" is not ${what}: ${how}, separated by spaces`;
  return `the separator is ${wrong}: use spaces (read as one entry: "${token}", which is not ${what})`;
}
