/** Finds Azure annotations outside Services: operators, charts and gateways copy them to Services that they create. */
import { isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Outside } from "../rule.ts";
import { positionsIn, readDocuments, type Position, type Source } from "./documents.ts";
import { keyOf, nodeAt, positionOf, resolve, textOf, type Path, type Place } from "./nodes.ts";

const KEY = /^service\.(?:beta\.|alpha\.)?kubernetes\.io\/azure-/;
/** The prefix in text: with dots escaped as in Helm's parameters, or the slash as in a JSON Pointer. */
const MENTION = /service\\*\.(?:(?:beta|alpha)\\*\.)?kubernetes\\*\.io(?:\/|~1)azure-[\w.-]+/;
const ENDS_IN_KEY = /service\.(?:(?:beta|alpha)\.)?kubernetes\.io\/azure-[\w.-]+$/;
/** Contains a copy of the object itself. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Annotations of these kinds are copied to pods and routes, never to Services. */
const WORKLOADS = new Set(
  "Service Deployment StatefulSet DaemonSet ReplicaSet Job CronJob Pod Ingress Namespace".split(" "),
);

/** A mapping with such keys, or an equivalent list. */
export interface Found {
  /** In display form: `spec.sources[0].helm.values.service`. */
  readonly path: string;
  readonly reach: Outside["reach"];
  readonly isPartial: boolean;
  readonly values: ReadonlyMap<string, { readonly value: unknown; readonly position: Position }>;
}

interface Walk {
  readonly source: Source;
  readonly kind: string;
  /** A path to skip. */
  readonly skip: string | undefined;
  readonly found: Found[];
  /** Visited nodes: an alias may refer to its own ancestor. */
  readonly seen: Set<unknown>;
}

/** @param skip the path of annotations that were evaluated already */
export function findOutside(place: Place & { readonly kind: string }, skip?: string): readonly Found[] {
  const { source, kind, node } = place;
  // Schemas only describe annotations.
  if (kind === "CustomResourceDefinition") return [];
  const found: Found[] = [];
  walk({ source, kind, skip, found, seen: new Set() }, node, []);
  return found;
}

function walk(walking: Walk, value: unknown, path: Path): void {
  const node = resolve(value, walking.source.document);
  if (!node || walking.seen.has(node) || pathText(path) === walking.skip) return;
  walking.seen.add(node);
  if (isMap(node)) walkMap(walking, node, path);
  else if (isSeq(node)) walkSeq(walking, node, path);
  else if (isScalar(node) && typeof node.value === "string" && MENTION.test(node.value))
    walkText(walking, node as Scalar<string>, path);
}

function walkMap(walking: Walk, map: YAMLMap, path: Path): void {
  const isKey = (key: string) => KEY.test(key);
  if (map.items.some((pair) => isKey(keyOf(pair)))) {
    const values = map.items.flatMap((pair) => valueOf(walking, keyOf(pair), pair.value));
    walking.found.push({
      path: pathText(path),
      reach: reachOf(walking.kind, path),
      isPartial: isPartial(walking.kind, path),
      values: new Map(values),
    });
  }
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (!isKey(key) && key !== LAST_APPLIED) walk(walking, pair.value, [...path, key]);
  }
}

type Value = [string, { readonly value: unknown; readonly position: Position }];

function valueOf({ source }: Walk, key: string, value: unknown): Value[] {
  const node = resolve(value, source.document);
  if (!node) return [];
  const position = source.at(node.range?.[0] ?? 0);
  return [[key, { value: isScalar(node) ? node.value : node.toJS(source.document), position }]];
}

/** Parameters with `name` and `value`, and patches with `path` and `value`, contain the annotation's key as text. */
function walkSeq(walking: Walk, seq: YAMLSeq, path: Path): void {
  const values: Value[] = [];
  for (const [index, item] of seq.items.entries()) {
    const parameter = parameterOf(walking, item);
    if (parameter) values.push(parameter);
    else walk(walking, item, [...path, index]);
  }
  if (values.length > 0)
    walking.found.push({ path: pathText(path), reach: "copied", isPartial: true, values: new Map(values) });
}

function parameterOf({ source }: Walk, item: unknown): Value | undefined {
  const node = resolve(item, source.document);
  if (!isMap(node)) return undefined;
  const place = { source, node };
  const field = node.has("name") ? "name" : "path";
  const name = (textOf(place, field) ?? "").replaceAll("\\", "").replaceAll("~1", "/");
  const [key] = ENDS_IN_KEY.exec(name) ?? [];
  const value = nodeAt(place, ["value"]);
  if (key === undefined || !isScalar(value)) return undefined;
  return [key, { value: value.source ?? "", position: positionOf(place, [field]) }];
}

/** Chart values or a manifest as text. */
function walkText(walking: Walk, scalar: Scalar<string>, path: Path): void {
  const { sources, problems } = readDocuments(scalar.value, positionsInText(walking.source, scalar));
  const before = walking.found.length;
  for (const source of sources) walk({ ...walking, source }, source.document.contents, path);
  if (problems.length === 0 && walking.found.length > before) return;
  const key = (MENTION.exec(scalar.value)?.[0] ?? "").replaceAll("\\", "").replaceAll("~1", "/");
  const position = walking.source.at(scalar.range?.[0] ?? 0);
  walking.found.push({
    path: pathText(path),
    reach: "text",
    isPartial: true,
    values: new Map([[key, { value: "", position }]]),
  });
}

/** Only the lines of a literal block scalar correspond to lines of the file. */
function positionsInText({ at, text }: Source, scalar: Scalar<string>): Source["at"] {
  const start = scalar.range?.[0] ?? 0;
  const base = at(start);
  if (scalar.type !== "BLOCK_LITERAL") return () => base;
  const indent = /\n *(?=[^ \n])/.exec(text.slice(start))?.[0].length ?? 1;
  const inner = positionsIn(base.file, scalar.value);
  return (offset) => {
    const { line, column } = inner(offset);
    return { file: base.file, line: base.line + line, column: column + indent - 1 };
  };
}

/** Istio copies the annotations of a Gateway to its Service. The metadata of other objects is not copied. */
function reachOf(kind: string, path: Path): Outside["reach"] {
  const isOwn = path.length === 2 && path[0] === "metadata" && kind !== "" && kind !== "Gateway";
  return isOwn || WORKLOADS.has(kind) ? "unread" : "copied";
}

/** Charts merge values of several sources, and patches add to existing values. */
function isPartial(kind: string, path: Path): boolean {
  return kind === "" || path.some((key) => key === "patch" || /values/i.test(String(key)));
}

function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
