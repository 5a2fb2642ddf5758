import { Document, isScalar, visit } from "yaml";

/** What may steer a terminal, hide text or break a line: YAML writes some of it as it is, unless it is told not to. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
/** What it writes as it is even between double quotes. */
const BARE = /[\p{Cf}\p{Cs}\u007F-\u009F\u2028\u2029]/gu;

/** The value as YAML, with escapes for what steers; it reads as the same value. */
export function inertYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, (_, node) => {
    if (isScalar(node) && typeof node.value === "string" && HIDDEN.test(node.value))
      node.type = "QUOTE_DOUBLE";
  });
  // Escapes mean something between double quotes only, and a folded line must not end within one.
  return document.toString({ lineWidth: 0 }).trimEnd().replace(BARE, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
