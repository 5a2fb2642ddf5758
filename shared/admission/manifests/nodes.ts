/** Finds nodes of a YAML document by path, through aliases, with their positions in the file. */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import type { Position, Problem, Source } from "./documents.ts";

export type Path = readonly (string | number)[];

/** A node and its document. */
export interface Place {
  readonly source: Source;
  readonly node: Node;
}

export function resolve(node: unknown, document: Document): Node | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  return isNode(target) ? target : undefined;
}

export function entryOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.findLast((pair) => keyOf(pair) === key);
}

export function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

/** The value of the key, if it is a string. */
export function textOf(place: Place, ...path: Path): string | undefined {
  const node = nodeAt(place, path);
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}

export function nodeAt({ source, node }: Place, path: Path): Node | undefined {
  let found: Node | undefined = node;
  for (const key of path) found = resolve(childOf(found, key), source.document);
  return found;
}

function childOf(node: Node | undefined, key: string | number): unknown {
  if (isMap(node)) return entryOf(node, String(key))?.value;
  return isSeq(node) ? node.items[Number(key)] : undefined;
}

/** The position of a value, or of its nearest ancestor that exists; for a mapping, the line of its key. */
export function positionOf(place: Place, path: Path): Position {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = nodeAt(place, path.slice(0, depth - 1));
    const key = path[depth - 1] ?? "";
    const pair = isMap(parent) ? entryOf(parent, String(key)) : undefined;
    const start = startOf(pair ?? nodeAt(place, path.slice(0, depth)));
    if (start !== undefined) return place.source.at(start);
  }
  return place.source.at(place.node.range?.[0] ?? 0);
}

function startOf(node: unknown): number | undefined {
  if (!isPair(node)) return isNode(node) ? node.range?.[0] : undefined;
  const { key, value } = node;
  return isNode(value) && value.range && !isCollection(value) ? value.range[0] : startOf(key);
}

/** Duplicate keys in the node and its descendants. */
export function duplicateKeys(place: Place, path: Path = []): Problem[] {
  const { node, source } = place;
  if (isSeq(node)) return node.items.flatMap((item, index) => below(place, item, [...path, index]));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap((pair) => {
    const key = keyOf(pair);
    const at = [...path, key];
    const again = seen.has(key)
      ? [{ position: source.at(startOf(pair.key) ?? 0), message: `${at.join(".")}: duplicate key` }]
      : [];
    seen.add(key);
    return [...again, ...below(place, pair.value, at)];
  });
}

function below({ source }: Place, value: unknown, path: Path): Problem[] {
  return isNode(value) ? duplicateKeys({ source, node: value }, path) : [];
}
