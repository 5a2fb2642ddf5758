/** HTML template that escapes all values; only markup of this module is inserted unescaped. */
import { inert } from "../../../core/inert.ts";

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | undefined | false | readonly Content[];

/** markup`<b>${name}</b>`; `undefined` and `false` are omitted, lists are joined. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...contents.map(toText)));
}

/** Texts of checks mark code with backquotes. */
export function coded(text: string): Content[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part));
}

function toText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(toText).join("");
  return content === undefined || content === false ? "" : escape(inert(String(content)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
