import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Lines of at most `columns` cells, each starting with the margin; long words are broken. */
export function wrap(text: string, columns: number, margin = ""): string[] {
  const width = columns - stringWidth(margin);
  return wrapAnsi(atSlashes(text, width), width, { hard: true })
    .split("\n")
    .map((line) => `${margin}${line}`);
}

/** A resource id that does not fit into a line starts a new one and is broken after slashes. */
function atSlashes(text: string, width: number): string {
  const pieces = new RegExp(`.{1,${width}}$|.{1,${width - 1}}/|.{1,${width}}`, "g");
  return text.replace(/\S+/g, (word, offset: number) => {
    if (stringWidth(word) <= width || !word.includes("/")) return word;
    return `${offset > 0 ? "\n" : ""}${(word.match(pieces) ?? []).join("\n")}`;
  });
}

/** The text after a head, with a hanging indent. */
export function hang(head: string, text: string, columns: number): string[] {
  const margin = " ".repeat(stringWidth(head));
  const [first = "", ...rest] = wrap(text, columns, margin);
  return [`${head}${first.slice(margin.length)}`, ...rest];
}
