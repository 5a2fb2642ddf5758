/** Names and reasons come from outside: nothing in them may steer a terminal, hide text, or break a line. */

const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Control and format characters, direction overrides among them, and halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** On one line, with a mark in place of each character that is not to be seen. */
export function inert(text: string): string {
  return text.replace(BREAKS, " ").replace(HIDDEN, "\uFFFD");
}

const STEERING = /[\u007F-\u009F\u2028\u2029]|\p{Cf}/gu;
/** Large answers are: looking for what is not is quicker than looking for what steers. */
const BEYOND_ASCII = /[^ -~\n]/;

/** The same text as JSON, with escapes for what `JSON.stringify` leaves bare and a terminal or an editor might obey. */
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

/** For a message of SARIF, in which braces are placeholders and brackets Private Link Services. */
export function inertSarif(text: string): string {
  return inert(text)
    .replaceAll("\\", "\\\\")
    .replace(/[[\]]/g, "\\$&")
    .replaceAll("{", "{{")
    .replaceAll("}", "}}");
}
