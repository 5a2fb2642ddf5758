/**
 * Writes `published.json`, by hand, when a template has a new type, version or part: node test/infra/takePublished.ts CLONE, where CLONE is a clone of
 * https://github.com/Azure/bicep-types-az.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Node } from "web-tree-sitter";
import { literal, properties, readTemplates, valueOf } from "./bicep.ts";
import { elements, possible, resources, type Shape } from "./shape.ts";

interface Reference {
  readonly $ref: string;
}

interface PublishedType {
  readonly $type: string;
  readonly name?: string;
  readonly body?: Reference;
  readonly value?: string;
  readonly properties?: Record<string, { readonly type: Reference; readonly flags: number }>;
  readonly baseProperties?: PublishedType["properties"];
  readonly additionalProperties?: Reference;
  readonly itemType?: Reference;
  readonly discriminator?: string;
  readonly elements?: Record<string, Reference> & Iterable<Reference>;
}

const REQUIRED = 1;
const READ_ONLY = 2;
/** Bicep gives them itself, or they may be said elsewhere. */
const NOT_ASKED = ["type", "apiVersion", "id"];

const clone = process.argv[2] ?? "";
const git = (...args: string[]) =>
  execFileSync("git", ["-C", clone, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
const folders = git("ls-tree", "-r", "--name-only", "HEAD", "generated")
  .split("\n")
  .filter((path) => path.endsWith("/types.json"));

const published: Record<string, Shape> = {};
for (const { root } of await readTemplates())
  for (const { type, body } of resources(root)) {
    const { types, of } = find(type);
    published[type] = merge(published[type] ?? {}, shapeOf(types, of, [body]));
  }
const sorted = Object.fromEntries(Object.entries(published).sort(([a], [b]) => a.localeCompare(b)));
const document = { source: `Azure/bicep-types-az@${git("rev-parse", "HEAD").trim()}`, types: sorted };
await writeFile(join(import.meta.dirname, "published.json"), `${JSON.stringify(document)}\n`);

function find(type: string): { types: PublishedType[]; of: Reference } {
  const [name = "", version] = type.split("@");
  const folder = `/${name.split("/")[0]?.toLowerCase()}/${version}/types.json`;
  for (const path of folders.filter((one) => one.endsWith(folder))) {
    const types = JSON.parse(git("show", `HEAD:${path}`)) as PublishedType[];
    const resource = types.find(
      (one) => one.$type === "ResourceType" && one.name?.toLowerCase() === type.toLowerCase(),
    );
    if (resource?.body) return { types, of: resource.body };
  }
  throw new Error(`${type} is not published`);
}

function shapeOf(types: PublishedType[], reference: Reference, nodes: readonly Node[]): Shape {
  const type = at(types, reference);
  const objects = nodes.flatMap(possible).filter((node) => node.type === "object");
  if (type.$type === "DiscriminatedObjectType") return discriminated(types, type, objects);
  if (type.$type === "ObjectType") return objectShape(types, type, objects);
  if (type.$type === "ArrayType" && type.itemType)
    return { items: shapeOf(types, type.itemType, nodes.flatMap(possible).flatMap(elements)) };
  const values = valuesOf(types, type);
  return values === undefined ? {} : { values };
}

function at(types: PublishedType[], { $ref }: Reference): PublishedType {
  const type = types[Number(/\d+$/.exec($ref)?.[0])];
  if (!type) throw new Error(`nothing at ${$ref}`);
  return type;
}

function objectShape(types: PublishedType[], type: PublishedType, objects: readonly Node[]): Shape {
  if (objects.length === 0) return {};
  const known = Object.entries(type.properties ?? {});
  const inner = (name: string, of: Reference) => {
    const values = objects.flatMap((object) => valueOf(object, name) ?? []);
    return values.length > 0 ? shapeOf(types, of, values) : {};
  };
  const flagged = (flag: number) =>
    known
      .filter(([name, { flags }]) => (flags & flag) > 0 && !NOT_ASKED.includes(name))
      .map(([name]) => name);
  const readOnly = flagged(READ_ONLY);
  const required = flagged(REQUIRED).filter((name) => !readOnly.includes(name));
  const all = objects.flatMap((object) =>
    properties(object).flatMap((property) => property.namedChild(1) ?? []),
  );
  return {
    properties: Object.fromEntries(known.map(([name, { type: of }]) => [name, inner(name, of)])),
    ...(required.length > 0 && { required }),
    ...(readOnly.length > 0 && { readOnly }),
    ...(type.additionalProperties && { others: shapeOf(types, type.additionalProperties, all) }),
  };
}

function discriminated(types: PublishedType[], type: PublishedType, objects: readonly Node[]): Shape {
  const { discriminator = "", elements: variants, baseProperties = {} } = type;
  const shapes: Record<string, Shape> = {};
  for (const object of objects) {
    const value = literal(valueOf(object, discriminator));
    const reference = variants?.[value];
    if (!reference) continue;
    const variant = at(types, reference);
    const whole = { ...variant, properties: { ...baseProperties, ...variant.properties } };
    shapes[value] = merge(shapes[value] ?? {}, objectShape(types, whole, [object]));
  }
  return { discriminator, variants: shapes };
}

/** The values that are known of a text; Azure may take others, templates have no reason to. */
function valuesOf(types: PublishedType[], type: PublishedType): string[] | undefined {
  if (type.$type === "StringLiteralType") return [type.value ?? ""];
  if (type.$type !== "UnionType") return undefined;
  const among = Array.from(type.elements ?? [], (reference) => at(types, reference));
  const known = among.filter(({ $type }) => $type === "StringLiteralType").map(({ value = "" }) => value);
  return known.length > 0 ? known : undefined;
}

/** Both may have looked into other parts. */
function merge(one: Shape, other: Shape): Shape {
  const both = <T extends object>(a: T | undefined, b: T | undefined, join: (a: any, b: any) => any) =>
    a && b ? join(a, b) : (a ?? b);
  const records = (a: Record<string, Shape>, b: Record<string, Shape>) =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [
        name,
        merge(a[name] ?? {}, b[name] ?? {}),
      ]),
    );
  const merged = {
    ...one,
    ...other,
    properties: both(one.properties, other.properties, records),
    variants: both(one.variants, other.variants, records),
    items: both(one.items, other.items, merge),
    others: both(one.others, other.others, merge),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
