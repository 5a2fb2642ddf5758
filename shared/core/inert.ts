/** Neutralises text from outside, so that it cannot control a terminal, hide text, or break a line. */

const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Control and format characters, including direction overrides, and unpaired surrogates. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** The text on one line, with a visible mark for each invisible character. */
export function inert(text: string): string {
  return text.replace(BREAKS, " ").replace(HIDDEN, "\uFFFD");
}

const STEERING = /[\u007F-\u009F\u2028\u2029]|\p{Cf}/gu;
/** Fast path for large answers, which usually consist of these characters only. */
const BEYOND_ASCII = /[^ -~\n]/;

/** The value as JSON, also with escapes for control characters that `JSON.stringify` does not escape. */
export function inertJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return BEYOND_ASCII.test(text) ? text.replace(STEERING, escaped) : text;
}

function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Escapes a SARIF message, in which braces are placeholders and brackets are hyperlinks. */
export function inertSarif(text: string): string {
  return inert(text)
    .replaceAll("\\", "\\\\")
    .replace(/[[\]]/g, "\\$&")
    .replaceAll("{", "{{")
    .replaceAll("}", "}}");
}
