/** Services in YAML or JSON manifests, each with the way back to its line: documents, lists, and whatever Helm or Kustomize print. */
import { isNode, LineCounter, parseAllDocuments, type Document } from "yaml";
import { Service } from "../annotations/service.ts";
import { InvalidInput } from "../errors.ts";
import { yamlProblems } from "../yamlProblems.ts";

export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface Manifest {
  readonly service: Service;
  /** Where a field stands: an annotation's key, or a path like `spec.loadBalancerIP`; the Service itself if it is not there. */
  position(field: string): Position;
}

type Path = readonly (string | number)[];

/** Everything that is no Service is passed over. @throws InvalidInput naming every place that cannot be read */
export function readManifests(file: string, text: string): Manifest[] {
  const lines = new LineCounter();
  // Kubernetes reads YAML 1.1: `yes` is a boolean there and `010` a number.
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.1",
    merge: true,
  });
  const all: readonly Document[] = [...documents];
  const broken = all.flatMap(({ errors }) => errors);
  if (broken.length > 0) throw new InvalidInput(yamlProblems(file, lines, broken));
  const read = servicesOf(file, all, lines);
  const problems = read.flatMap((one) => ("problems" in one ? one.problems : []));
  if (problems.length > 0) throw new InvalidInput(problems);
  return read.flatMap((one) => ("problems" in one ? [] : [one]));
}

/** @throws InvalidInput if aliases of aliases are more than anybody would write */
function servicesOf(file: string, documents: readonly Document[], lines: LineCounter) {
  try {
    return documents.flatMap((document) =>
      servicesIn(document).map((path) => readService({ file, lines, document, path })),
    );
  } catch (error) {
    // What `yaml` throws for an alias that it does not follow.
    throw error instanceof ReferenceError ? new InvalidInput([`${file}: ${error.message}`]) : error;
  }
}

function servicesIn(document: Document): Path[] {
  const kind = document.get("kind");
  if (kind === "Service") return [[]];
  if (kind !== "List" && kind !== "ServiceList") return [];
  const { items } = document.toJS() as { items?: unknown };
  if (!Array.isArray(items)) return [];
  return (items as readonly ({ kind?: string } | null)[]).flatMap((item, index) =>
    item?.kind === "Service" || kind === "ServiceList" ? [["items", index]] : [],
  );
}

interface Place {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document;
  readonly path: Path;
}

function readService(place: Place): Manifest | { readonly problems: readonly string[] } {
  const { document, path, file } = place;
  const value: unknown = path.length === 0 ? document.toJS() : document.getIn(path, true);
  const parsed = Service.safeParse(isNode(value) ? value.toJS(document) : value);
  if (parsed.success) return { service: parsed.data, position: (field) => positionOf(place, pathOf(field)) };
  const problems = parsed.error.issues.map(({ path: at, message }) => {
    const { line, column } = positionOf(place, at as Path);
    const quote = /expected string/.test(message) ? " (quote it)" : "";
    return `${file}:${line}:${column}: ${at.join(".")}: ${message}${quote}`;
  });
  return { problems };
}

function pathOf(field: string): Path {
  return field.includes("/") ? ["metadata", "annotations", field] : field.split(".");
}

/** The nearest ancestor that is there. */
function positionOf({ file, lines, document, path }: Place, field: Path): Position {
  for (let depth = field.length; depth >= 0; depth -= 1) {
    const full = [...path, ...field.slice(0, depth)];
    const node = full.length === 0 ? document.contents : document.getIn(full, true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { file, line, column: col };
    }
  }
  return { file, line: 1, column: 1 };
}
