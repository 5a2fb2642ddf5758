import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Lines of at most `columns` cells, each begun with the margin; a word that is too long is broken. */
export function wrap(text: string, columns: number, margin = ""): string[] {
  const width = columns - stringWidth(margin);
  return wrapAnsi(text, width, { hard: true })
    .split("\n")
    .map((line) => `${margin}${line}`);
}

/** The text beside a head, and under itself. */
export function hang(head: string, text: string, columns: number): string[] {
  const margin = " ".repeat(stringWidth(head));
  const [first = "", ...rest] = wrap(text, columns, margin);
  return [`${head}${first.slice(margin.length)}`, ...rest];
}
