/** The Services of a document: single objects, lists, and lists of lists. */
import { isMap, isScalar, isSeq } from "yaml";
import { Service } from "../../kubernetes/service.ts";
import { templateProblem, type Problem } from "./documents.ts";
import { duplicateKeys, nodeAt, positionOf, textOf, type Path, type Place } from "./nodes.ts";
import { findTemplate } from "./template.ts";
import type { Manifest } from "./manifest.ts";

/** Each object of the document: the items of (nested) lists, otherwise the document itself. */
export function objectsIn(
  place: Place,
  kind = kindOf(place),
): readonly (Place & { readonly kind: string })[] {
  const items = kind.endsWith("List") ? nodeAt(place, ["items"]) : undefined;
  if (!isSeq(items)) return [{ ...place, kind }];
  const itemKind = kind === "List" ? "" : kind.slice(0, -"List".length);
  return items.items.flatMap((_, index) => {
    const node = nodeAt(place, ["items", index]);
    const item = { source: place.source, node: node ?? items };
    if (isMap(node)) return objectsIn(item, kindOf(item) || itemKind);
    return itemKind === "" ? [] : [{ ...item, kind: itemKind }];
  });
}

export function kindOf(place: Place): string {
  return textOf(place, "kind") ?? "";
}

/** Other API groups have Services, too, such as Knative. */
export function isService(place: Place & { readonly kind: string }): boolean {
  return place.kind === "Service" && [undefined, "v1"].includes(textOf(place, "apiVersion"));
}

export function readService(place: Place, namespace: string | undefined): Manifest | readonly Problem[] {
  const value = withNames(place, place.node.toJS(place.source.document));
  const parsed = Service.safeParse(withNamespace(value, namespace));
  if (!parsed.success) return unreadable(place, value, parsed.error.issues);
  const problems = [...unrendered(place, parsed.data), ...duplicateKeys(place)];
  if (problems.length > 0) return problems;
  return { service: parsed.data, position: (field) => positionOf(place, pathOf(parsed.data, field)) };
}

function metadataOf(value: unknown): { readonly namespace?: unknown } | undefined {
  const metadata = (value as { metadata?: unknown } | null)?.metadata;
  return typeof metadata === "object" && metadata !== null ? metadata : undefined;
}

/** Names as written. YAML 1.1 reads `y` or `1` as other types, which the API server rejects; the Service is evaluated anyway. */
function withNames(place: Place, value: unknown): unknown {
  const metadata = metadataOf(value);
  if (!metadata) return value;
  const written = ["name", "namespace"].flatMap((key) => {
    const node = nodeAt(place, ["metadata", key]);
    const isText = isScalar(node) && node.source !== undefined && node.value !== null;
    return isText ? [[key, typeof node.value === "string" ? node.value : node.source]] : [];
  });
  return { ...(value as object), metadata: { ...metadata, ...(Object.fromEntries(written) as object) } };
}

function withNamespace(value: unknown, namespace: string | undefined): unknown {
  const metadata = metadataOf(value);
  if (namespace === undefined || !metadata || metadata.namespace !== undefined) return value;
  return { ...(value as object), metadata: { ...metadata, namespace } };
}

/** An annotation's key, or a path like `spec.loadBalancerIP`. */
function pathOf({ metadata: { annotations } }: Service, field: string): Path {
  const isKey = field.includes("/") || Object.hasOwn(annotations ?? {}, field);
  return isKey ? ["metadata", "annotations", field] : field.split(".");
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function unreadable(place: Place, value: unknown, issues: readonly Issue[]): Problem[] {
  return issues.map(({ path, message }) => {
    const at = path.map(String);
    return {
      position: positionOf(place, at),
      message: `${at.join(".")}: ${nested(value, at) ?? hint(message)}`,
    };
  });
}

function hint(message: string): string {
  return /expected string/.test(message) ? `${message} (quote it)` : message;
}

/** `helm --set` treats each dot of a key as a level. */
function nested(value: unknown, path: readonly string[]): string | undefined {
  if (path[0] !== "metadata" || path[1] !== "annotations" || path.length !== 3) return undefined;
  let inner = (value as { metadata: { annotations: Record<string, unknown> } }).metadata.annotations[
    path[2] ?? ""
  ];
  const levels = [path[2] ?? ""];
  while (typeof inner === "object" && inner !== null && !Array.isArray(inner)) {
    const [first] = Object.entries(inner);
    if (!first) break;
    levels.push(first[0]);
    inner = first[1];
  }
  if (levels.length === 1) return undefined;
  const key = levels.join(".");
  return `annotations must not be nested: write ${key} as one key (helm --set: escape its dots, ${key.replaceAll(".", "\\.")})`;
}

/** Reports templates in the fields that Mooring reads; other annotations may legitimately contain them. */
function unrendered(place: Place, { metadata, spec }: Service): Problem[] {
  if (place.source.isJson) return [];
  const read = [
    ...Object.entries(metadata.annotations ?? {}).flatMap(([key, text]) =>
      /azure-|^mooring\.dev\//.test(key) ? [{ path: ["metadata", "annotations", key], text }] : [],
    ),
    { path: ["metadata", "name"], text: metadata.name },
    { path: ["metadata", "namespace"], text: metadata.namespace },
    { path: ["spec", "type"], text: spec.type },
    { path: ["spec", "loadBalancerIP"], text: spec.loadBalancerIP ?? "" },
    { path: ["spec", "loadBalancerClass"], text: spec.loadBalancerClass ?? "" },
  ];
  return read.flatMap(({ path, text }) => {
    const template = findTemplate(text);
    return template ? [templateProblem(positionOf(place, path), template.text)] : [];
  });
}
