/** The texts of a file that people read: comments, strings with more than one word, texts of the dashboard, prose of pages. */
import { parseSync } from "oxc-parser";

export interface Text {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Empty for kinds of files that have no texts. */
export function textsOf(path: string, source: string): readonly Text[] {
  if (/\.(ts|tsx|mjs)$/.test(path)) return textsOfCode(path, source);
  if (path.endsWith(".md")) return textsOfPage(source);
  if (/\.(ya?ml|sh|bicep|kql|conf|template)$/.test(path)) return commentsOf(source);
  return [];
}

function textsOfCode(path: string, source: string): readonly Text[] {
  const { program, comments } = parseSync(path, source);
  const found = comments.map(({ start, value }) => ({ start, text: value }));
  collect(program, found);
  return found.map(({ start, text }) => ({ line: lineAt(source, start), text }));
}

interface Found {
  readonly start: number;
  readonly text: string;
}

/** A string of one word is a name. */
const isSentence = (text: string) => /\S\s+\S/u.test(text);

function collect(node: unknown, found: Found[]): void {
  if (Array.isArray(node)) for (const one of node) collect(one, found);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  const text = textOf(node as Record<string, unknown>);
  if (text && isSentence(text.text)) found.push(text);
  for (const child of Object.values(node)) collect(child, found);
}

function textOf(node: Record<string, unknown>): Found | undefined {
  const { type, value, start } = node;
  if (typeof start !== "number") return undefined;
  if ((type === "Literal" || type === "JSXText") && typeof value === "string") return { start, text: value };
  if (type === "TemplateElement") return { start, text: (value as { raw: string }).raw };
  return undefined;
}

/** Prose alone: without blocks and spans of code, and without the targets of links. */
function textsOfPage(source: string): readonly Text[] {
  let isCode = false;
  return source.split("\n").flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode;
      return [];
    }
    const text = line.replaceAll(/`[^`]*`/g, "`").replaceAll(/\]\([^)]*\)/g, "]");
    return isCode ? [] : [{ line: at + 1, text }];
  });
}

function commentsOf(source: string): readonly Text[] {
  return source.split("\n").flatMap((line, at) => {
    const [, text] = /(?:^|\s)(?:#|\/\/)\s(.*)$/.exec(line) ?? /description\('(.*)'\)/.exec(line) ?? [];
    return text === undefined ? [] : [{ line: at + 1, text }];
  });
}

function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) line += 1;
  return line;
}
