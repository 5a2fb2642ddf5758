/** Splits YAML and JSON text into documents, so that an error in one does not hide the others. */
import { isCollection, LineCounter, parseAllDocuments, visit, type Document } from "yaml";
import { findTemplate, templateMessage } from "./template.ts";

export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What is invalid, in one line. */
export interface Problem {
  readonly position: Position;
  readonly message: string;
  /** The text is a template, which is reported once per file. */
  readonly isTemplate?: true;
}

/** A document, and the mapping from an offset in its text to a position in the file. */
export interface Source {
  readonly document: Document;
  readonly text: string;
  /** JSON is usually generated, so `${x}` in its strings is data. YAML is usually written by hand: there it is an unrendered template. */
  readonly isJson: boolean;
  readonly at: (offset: number) => Position;
}

export interface Documents {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

export function positionsIn(file: string, text: string): Source["at"] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
}

export function readDocuments(text: string, at: Source["at"]): Documents {
  const read = split(text).map((part) => readPart(part, at));
  return {
    sources: read.flatMap(({ sources }) => sources),
    problems: read.flatMap(({ problems }) => problems),
  };
}

interface Part {
  readonly start: number;
  readonly text: string;
}

/** A line that starts with `---` starts a document, even in a block scalar; quoted text cannot contain such a line. */
const DOCUMENT = /^---(?=\s|$)/gm;
/** Skips directives, which precede the `---` of their document: nothing that is read here depends on them. */
const ONLY_DIRECTIVES = /^(?:[ \t]*(?:#.*)?\r?\n|%.*\r?\n?)*$/;

function split(text: string): Part[] {
  const starts = [...text.matchAll(DOCUMENT)].map(({ index }) => index);
  const all = [0, ...starts.filter((start) => start > 0), text.length];
  const parts = all.slice(1).map((end, index): Part => {
    const start = all[index] ?? 0;
    return { start, text: text.slice(start, end) };
  });
  return parts
    .filter((part) => !part.text.startsWith("%") || !ONLY_DIRECTIVES.test(part.text))
    .flatMap(splitJson);
}

/** Concatenated JSON values, as `kubectl` and `jq` print them. */
function splitJson(part: Part): Part[] {
  if (!part.text.trimStart().startsWith("{")) return [part];
  const ends = jsonEnds(part.text);
  if (ends.length < 2) return [part];
  return ends.map((end, index) => {
    const from = ends[index - 1] ?? 0;
    return { start: part.start + from, text: part.text.slice(from, end) };
  });
}

/** The end of each value; empty if the text is not a sequence of values. */
function jsonEnds(text: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[^])*"|[{}[\]]|[^\s"{}[\]]+/g)) {
    if (depth === 0 && token !== "{") return [];
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) ends.push(index + token.length);
  }
  return depth === 0 ? ends : [];
}

function readPart({ start, text }: Part, at: Source["at"]): Documents {
  const here = (offset: number) => at(start + offset);
  try {
    const documents: readonly Document[] = [...parseAllDocuments(text, OPTIONS)];
    const problems = problemsOf(text, documents, here);
    if (problems.some(({ isTemplate }) => isTemplate)) return { sources: [], problems };
    const isJson = isJsonObject(text);
    const sources = documents.filter(({ errors }) => errors.length === 0);
    return { sources: sources.map((document) => ({ document, text, isJson, at: here })), problems };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { sources: [], problems: [{ position: here(0), message: "nested too deeply" }] };
  }
}

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Kubernetes reads YAML 1.1, in which `yes` is a boolean and `010` a number. The last of duplicate keys counts. */
const OPTIONS = {
  prettyErrors: false,
  logLevel: "error",
  version: "1.1",
  merge: true,
  uniqueKeys: false,
} as const;

function problemsOf(text: string, documents: readonly Document[], at: Source["at"]): Problem[] {
  const errors = documents.flatMap((document) => document.errors);
  const template = errors.length > 0 || documents.some(hasBareTemplate) ? findTemplate(text) : undefined;
  if (template) return [templateProblem(at(template.index), template.text)];
  return errors.map(({ pos: [start], message }) => ({ position: at(start), message }));
}

/** An unquoted `{{ x }}` is a mapping whose key is a mapping, which no Kubernetes object has. */
function hasBareTemplate(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

export function templateProblem(position: Position, text: string): Problem {
  return { position, message: templateMessage(text), isTemplate: true };
}
