const SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * Trims as the cloud controller does: Go and JavaScript differ in which characters are spaces.
 * @see https://pkg.go.dev/strings#TrimSpace
 */
export function trimSpace(text: string): string {
  // A pattern with `+$` would take quadratic time on a long run of spaces that is not at the end.
  let [first, end] = [0, text.length];
  while (first < end && SPACE.test(text.charAt(first))) first += 1;
  while (end > first && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(first, end);
}
