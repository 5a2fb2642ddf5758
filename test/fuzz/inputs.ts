/** Variations of well-formed texts: cut, joined, repeated, and with inserts that have broken parsers before. */
import fc from "fast-check";

/** What ends strings, quotes, lines, numbers and patience. */
export const TOKENS: readonly string[] = [
  '"',
  "'",
  "\\",
  "\n",
  "\r\n",
  "\u0000",
  "\u001B[2J",
  "\u202E",
  "\u2028",
  "\uFEFF",
  "\u00A0",
  "{}",
  "[]",
  "[[[[[[[[",
  "null",
  "true",
  "-0",
  "1e999",
  "999999999999999999999999",
  "0x10",
  "010.0.0.1",
  "::ffff:10.0.0.1",
  "fe80::1%eth0",
  "/0",
  "/33",
  "/129",
  "__proto__",
  "constructor",
  "toString",
  "../",
  "%00",
  "%2e%2e%2f",
  "${x}",
  "{{x}}",
  "&a [*a,*a]",
  "!!js/function",
  "<<: *a",
  "\\ud800",
  "<script>",
  "=1+1",
  "9999-12-31T23:59:59.999Z",
  "+275760-09-13",
  ",".repeat(64),
  " ".repeat(64),
];

const token = fc.constantFrom(...TOKENS);
const noise = fc.oneof(token, fc.string({ unit: "binary", maxLength: 12 }), fc.string({ maxLength: 12 }));

/** Each a seed after up to six edits, or noise alone. */
export function near(seeds: readonly string[]): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(40), noise), { maxLength: 6 });
  const edited = fc.tuple(fc.constantFrom(...seeds), edits).map(([seed, all]) => all.reduce(edit, seed));
  return fc.oneof({ weight: 6, arbitrary: edited }, { weight: 1, arbitrary: fc.array(noise).map(joined) });
}

function edit(text: string, [where, length, put]: readonly [number, number, string]): string {
  const at = where % (text.length + 1);
  return text.slice(0, at) + put + text.slice(at + (where % 3 === 0 ? length : 0));
}

function joined(parts: readonly string[]): string {
  return parts.join("");
}
