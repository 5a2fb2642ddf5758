import { Document, isScalar, visit } from "yaml";

/** Characters that control a terminal, hide text or break lines; the YAML library does not escape all of them by default. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
/** Characters that it does not escape even in double quotes. */
const BARE = /[\p{Cf}\p{Cs}\u007F-\u009F\u2028\u2029]/gu;

/** The value as YAML with control characters escaped; parses to the same value. */
export function inertYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, (_, node) => {
    if (isScalar(node) && typeof node.value === "string" && HIDDEN.test(node.value))
      node.type = "QUOTE_DOUBLE";
  });
  // Escapes are valid only in double quotes, and a folded line must not split one.
  return document.toString({ lineWidth: 0 }).trimEnd().replace(BARE, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
