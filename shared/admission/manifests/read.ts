/** Reads Services, and annotations for Services in other objects, from YAML or JSON: documents, streams, lists, and output of Helm or Kustomize. */
import type { Manifest, Manifests } from "./manifest.ts";
import {
  positionsIn,
  readDocuments,
  templateProblem,
  type Position,
  type Problem,
  type Source,
} from "./documents.ts";
import { textOf, type Place } from "./nodes.ts";
import { findOutside, type Found } from "./outside.ts";
import { isService, objectsIn, readService } from "./services.ts";
import { findTemplate } from "./template.ts";

export interface Reading {
  /** The namespace of Services without one. */
  readonly namespace?: string | undefined;
}

/** Never throws: unreadable parts become problems, and the rest is read. */
export function readManifests(file: string, text: string, reading: Reading = {}): Manifests {
  const { sources, problems } = readDocuments(text, positionsIn(file, text));
  const read = sources.map((source) => readSource(source, reading));
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    problems: templatesOnce([...problems, ...read.flatMap((one) => one.problems)]),
  };
}

function templatesOnce(problems: readonly Problem[]): Problem[] {
  const first = problems.find(({ isTemplate }) => isTemplate);
  return problems.filter((problem) => !problem.isTemplate || problem === first);
}

function readSource(source: Source, reading: Reading): Manifests {
  const node = source.document.contents;
  if (!node) return { manifests: [], problems: [] };
  try {
    const read = objectsIn({ source, node }).map((object) => readObject(object, reading));
    return {
      manifests: read.flatMap(({ manifests }) => manifests),
      problems: read.flatMap(({ problems }) => problems),
    };
  } catch (error) {
    return { manifests: [], problems: [{ position: source.at(0), message: reasonOf(error) }] };
  }
}

/** The message for errors that `yaml` throws for too many aliases, and the runtime for documents that are nested too deeply. */
function reasonOf(error: unknown): string {
  if (error instanceof ReferenceError) return error.message;
  if (error instanceof RangeError) return "nested too deeply";
  throw error;
}

function readObject(object: Place & { readonly kind: string }, { namespace }: Reading): Manifests {
  const isJudged = isService(object);
  const own = isJudged ? readService(object, namespace) : [];
  const found = findOutside(object, isJudged ? "metadata.annotations" : undefined);
  const outside = found.map((one) => readFound(object, one, namespace));
  return {
    manifests: [
      ...("service" in own ? [own] : []),
      ...outside.flatMap((one) => ("service" in one ? [one] : [])),
    ],
    problems: [...("service" in own ? [] : own), ...outside.flatMap((one) => ("service" in one ? [] : one))],
  };
}

function readFound(
  object: Place & { readonly kind: string },
  { path, reach, isPartial, values }: Found,
  namespace = "default",
): Manifest | readonly Problem[] {
  const entries = [...values];
  const problems = entries.flatMap((entry) => problemOf(object.source, path, entry));
  if (problems.length > 0) return problems;
  const first = entries[0]?.[1].position ?? object.source.at(0);
  const annotations = entries.flatMap(([key, { value }]) =>
    typeof value === "string" ? [[key, value]] : [],
  );
  const name = textOf(object, "metadata", "name") ?? "";
  const home = textOf(object, "metadata", "namespace");
  const kind = object.kind === "" ? "values" : object.kind;
  const named = [home, name].filter(Boolean).join("/");
  const metadata = {
    name,
    namespace: home ?? namespace,
    uid: "",
    annotations: Object.fromEntries(annotations),
  };
  return {
    service: { metadata, spec: { type: "LoadBalancer" } },
    outside: {
      kind,
      object: [kind, named].filter(Boolean).join(" "),
      path,
      reach,
      ...(isPartial && { isPartial }),
    },
    position: (field) => values.get(field)?.position ?? first,
  };
}

function problemOf(
  { isJson }: Source,
  path: string,
  [key, { value, position }]: [string, { value: unknown; position: Position }],
): Problem[] {
  if (!key.includes("/azure-")) return [];
  if (typeof value !== "string") {
    const received = value === null ? "null" : typeof value;
    return [{ position, message: `${path}.${key}: expected string, received ${received} (quote it)` }];
  }
  const template = isJson ? undefined : findTemplate(value);
  return template ? [templateProblem(position, template.text)] : [];
}
