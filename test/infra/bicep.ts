/** What the templates in `infra/` say, read by a grammar of Bicep: its compiler is not on npm. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { glob } from "node:fs/promises";
import { join, relative } from "node:path";
import { Language, Parser, type Node } from "web-tree-sitter";

export const INFRA = join(import.meta.dirname, "../../infra");

export interface Template {
  /** Path below `infra/`. */
  readonly file: string;
  readonly text: string;
  readonly root: Node;
}

const parser = await openParser();

async function openParser(): Promise<Parser> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve("tree-sitter-bicep/tree-sitter-bicep.wasm");
  const opened = new Parser();
  opened.setLanguage(await Language.load(grammar));
  return opened;
}

/** Of a template, or of a parameters file. */
export function parse(text: string): Node {
  const tree = parser.parse(toGrammar(text));
  if (!tree) throw new Error("the grammar gave no tree");
  return tree.rootNode;
}

// Two things are newer than the grammar: `extension NAME`, and a parameter's value in a parameters file, which is written like a variable's.
function toGrammar(text: string): string {
  const isParameters = /^using '/m.test(text);
  const known = text.replaceAll(/^extension \w+$/gm, "");
  return isParameters ? known.replaceAll(/^param (\w+) =/gm, "var $1 =") : known;
}

export async function readTemplates(): Promise<readonly Template[]> {
  const files = await Array.fromAsync(glob(join(INFRA, "**/*.{bicep,bicepparam}")));
  return Promise.all(
    files.sort().map(async (path) => {
      const text = await readFile(path, "utf8");
      return { file: relative(INFRA, path), text, root: parse(text) };
    }),
  );
}

/** Lines of what the grammar cannot read. */
export function syntaxErrors(root: Node): readonly string[] {
  if (!root.hasError) return [];
  return all(root, (node) => node.isError || node.isMissing).map(
    (node) => `line ${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`,
  );
}

export function all(node: Node, wanted: (node: Node) => boolean): Node[] {
  const below = node.children.flatMap((child) => (child ? all(child, wanted) : []));
  return wanted(node) ? [node, ...below] : below;
}

export function ofType(root: Node, type: string): Node[] {
  return all(root, (node) => node.type === type);
}

/** Text of a string without its quotes. */
export function literal(node: Node | null | undefined): string {
  return (node?.text ?? "").replaceAll(/^'+|'+$/g, "");
}

export interface Declared {
  readonly name: string;
  readonly isDescribed: boolean;
  readonly isRequired: boolean;
}

/** Parameters (`parameter_declaration`) or outputs, with what their decorators say. */
export function declared(
  root: Node,
  type: "parameter_declaration" | "output_declaration",
): readonly Declared[] {
  return ofType(root, type).map((node) => ({
    name: node.namedChild(0)?.text ?? "",
    isDescribed: /@description\('/.test(decoratorsOf(node)),
    isRequired: !/=/.test(node.text) && !node.text.trimEnd().endsWith("?"),
  }));
}

function decoratorsOf(node: Node): string {
  const before = node.previousNamedSibling;
  return before?.type === "decorators" ? before.text : "";
}

export interface Module {
  readonly name: string;
  readonly path: string;
  readonly parameters: readonly string[];
}

export function modules(root: Node): readonly Module[] {
  return ofType(root, "module_declaration").map((node) => ({
    name: node.namedChild(0)?.text ?? "",
    path: literal(node.namedChild(1)),
    parameters: keysOf(valueOf(body(node), "params")),
  }));
}

/** The object of a resource or module, behind its condition or loop. */
export function body(node: Node): Node | undefined {
  return ofType(node, "object")[0];
}

export function properties(object: Node | undefined): readonly Node[] {
  return (object?.namedChildren ?? []).filter(
    (child): child is Node =>
      child?.type === "object_property" && child.namedChild(0)?.type !== "resource_declaration",
  );
}

export function keysOf(object: Node | undefined): readonly string[] {
  return properties(object).map((property) => literal(property.namedChild(0)));
}

export function valueOf(object: Node | undefined, key: string): Node | undefined {
  const property = properties(object).find((one) => literal(one.namedChild(0)) === key);
  return property?.namedChild(1) ?? undefined;
}

/** Files that a template has read into itself. */
export function loadedFiles(root: Node): readonly string[] {
  return ofType(root, "call_expression")
    .filter((node) => /^load\w+Content$/.test(node.namedChild(0)?.text ?? ""))
    .map((node) => literal(ofType(node, "string")[0]));
}
