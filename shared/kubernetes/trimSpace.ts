const SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * As the cloud controller trims: not all that JavaScript calls a space is one in Go, nor the other way round.
 * @see https://pkg.go.dev/strings#TrimSpace
 */
export function trimSpace(text: string): string {
  // No pattern with `+$`: it takes quadratic time on a long row of spaces that is not the end.
  let [first, end] = [0, text.length];
  while (first < end && SPACE.test(text.charAt(first))) first += 1;
  while (end > first && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(first, end);
}
