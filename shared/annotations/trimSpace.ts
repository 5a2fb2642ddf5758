const SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const ENDS = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");

/** As the cloud controller trims: not all that JavaScript calls a space is one in Go, nor the other way round. @see https://pkg.go.dev/strings#TrimSpace */
export function trimSpace(text: string): string {
  return text.replace(ENDS, "");
}
