/** Fills in the placeholders (`{{name}}`) of files of `deploy/`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const DEPLOY = join(import.meta.dirname, "../../deploy");

export type Values = Readonly<Record<string, unknown>>;
export type Manifest = Record<string, unknown> & { kind: string };

/** A file as text. @throws Error if a value is missing, so that no incomplete file is written */
export async function fillFile(path: string, values: Values): Promise<string> {
  return fillText(path, await readFile(join(DEPLOY, path), "utf8"), values);
}

/** Manifests of a YAML file; filled in after parsing, so that values cannot inject YAML. */
export async function fillManifests(path: string, values: Values): Promise<Manifest[]> {
  const documents = parseAllDocuments(await readFile(join(DEPLOY, path), "utf8"));
  return documents.map((document) => fillValue(path, document.toJS(), values) as Manifest);
}

function fillValue(path: string, value: unknown, values: Values): unknown {
  if (typeof value === "string") {
    const [, only] = /^\{\{(\w+)\}\}$/.exec(value) ?? [];
    return only === undefined ? fillText(path, value, values) : valueOf(path, only, values);
  }
  if (Array.isArray(value)) return value.map((one) => fillValue(path, one, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillValue(path, one, values)]));
}

function fillText(path: string, text: string, values: Values): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(valueOf(path, name, values)));
}

function valueOf(path: string, name: string, values: Values): unknown {
  if (values[name] === undefined) throw new Error(`deploy/${path}: no value for ${name}`);
  return values[name];
}
