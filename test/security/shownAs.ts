/** What it takes for a text to be harmless, by what shows it; read back by what reads it in the world. */
import { parse as parseCsv } from "csv-parse/sync";
import { marked, type Token } from "marked";
import { parse as parseHtml, type DefaultTreeAdapterTypes } from "parse5";
import { expect } from "vitest";
import { parseAllDocuments } from "yaml";

/** Control and format characters, halves of pairs, line ends that are not ours. */
const HIDDEN = /[\p{Cf}\p{Cs}\u2028\u2029]|(?!\n)\p{Cc}/u;
/** The text that would start a new line if a line end were not escaped. */
const FORGED = /^(\{"level":"error","message":"forged"\}|set-cookie:|forged)/m;
const FORMULA = /^[=+\-@\t\r]/;
const EVIL = /evil\.example|javascript:|window\.pwned/;

function onTerminal(text: string): void {
  expect(text).not.toMatch(HIDDEN);
  expect(text).not.toMatch(FORGED);
}

function inPipeline(text: string): void {
  onTerminal(text);
  for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^::(error|warning) file=/);
}

function asJson(text: string): void {
  onTerminal(text);
  expect(JSON.parse(text)).toBeTypeOf("object");
}

function asJsonLines(text: string): void {
  onTerminal(text);
  for (const line of text.trimEnd().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
}

function asYaml(text: string): void {
  expect(text).not.toMatch(HIDDEN);
  const [document, ...others] = parseAllDocuments(text);
  expect(document?.errors).toEqual([]);
  expect(others).toEqual([]);
}

function asCsv(text: string): void {
  expect(text.replaceAll("\r\n", "\n")).not.toMatch(HIDDEN);
  const rows: string[][] = parseCsv(text);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  for (const cell of rows.flat()) expect(cell).not.toMatch(FORMULA);
}

function asMarkdown(text: string): void {
  onTerminal(text);
  const tokens: Token[] = [];
  void marked.walkTokens(marked.lexer(text), (token) => void tokens.push(token));
  expect(tokens.filter(({ type }) => type === "html" || type === "image")).toEqual([]);
  for (const token of tokens) if (token.type === "pls") expect(token["href"]).not.toMatch(EVIL);
}

type Node = DefaultTreeAdapterTypes.Node;
const SAFE_SCRIPTS = new Set(["style", "title", "meta"]);

function asHtml(text: string): void {
  expect(text).not.toMatch(HIDDEN);
  const visit = (node: Node): void => {
    if ("tagName" in node) {
      expect(["script", "img", "iframe", "object", "embed", "base", "form"]).not.toContain(node.tagName);
      for (const { name, value } of node.attrs) {
        expect(name).not.toMatch(/^on/);
        if (["href", "src", "action", "style"].includes(name)) expect(value).not.toMatch(EVIL);
      }
      if (SAFE_SCRIPTS.has(node.tagName))
        expect(node.attrs.map(({ value }) => value).join()).not.toMatch(EVIL);
    }
    if ("childNodes" in node) node.childNodes.forEach(visit);
  };
  visit(parseHtml(text));
}

export const SHOWN_AS = {
  terminal: onTerminal,
  pipeline: inPipeline,
  json: asJson,
  jsonLines: asJsonLines,
  yaml: asYaml,
  csv: asCsv,
  markdown: asMarkdown,
  html: asHtml,
} as const;
