/**
 * What Azure publishes of a resource type, as far as the templates use it: names of properties, those that must be given or may not, and
 * the values of a text. `published.json` has it; `takePublished.ts` takes it from Azure/bicep-types-az.
 */
import type { Node } from "web-tree-sitter";
import { body, keysOf, literal, ofType, properties, valueOf } from "./bicep.ts";

export interface Shape {
  /** A shape without anything: not looked into. */
  properties?: Record<string, Shape>;
  required?: readonly string[];
  readOnly?: readonly string[];
  values?: readonly string[];
  items?: Shape;
  /** Of properties with any name. */
  others?: Shape;
  /** Which shape it is, the value of this property says. */
  discriminator?: string;
  variants?: Record<string, Shape>;
}

export interface DeclaredResource {
  /** As in `Microsoft.Web/sites@2024-11-01`. */
  readonly type: string;
  readonly body: Node;
}

/** Resources that a template makes, those within others among them; of Azure alone. */
export function resources(root: Node): readonly DeclaredResource[] {
  return ofType(root, "resource_declaration").flatMap((node) => {
    const type = fullType(node);
    const isExisting = /^resource \w+ '[^']+' existing/.test(node.text);
    const declared = body(node);
    return isExisting || !declared || type.startsWith("Microsoft.Graph/") ? [] : [{ type, body: declared }];
  });
}

/** A resource within another one names only the last part of its type. */
function fullType(node: Node): string {
  const own = literal(node.namedChild(1));
  if (own.includes(".") && own.includes("@"))
    return own.startsWith("Microsoft.") ? own : `Microsoft.Graph/${own}`;
  let outer = node.parent;
  while (outer && outer.type !== "resource_declaration") outer = outer.parent;
  if (!outer) return own;
  const [name, version] = fullType(outer).split("@");
  return `${name}/${own}@${version}`;
}

/** The parts of a value that is made by a condition, a loop or brackets. */
export function possible(node: Node): Node[] {
  if (node.type === "ternary_expression")
    return ["consequence", "alternative"].flatMap((field) => branch(node.childForFieldName(field)));
  if (node.type === "parenthesized_expression") return branch(node.namedChild(0));
  return [node];
}

function branch(node: Node | null): Node[] {
  return node ? possible(node) : [];
}

/** Elements of a list, or what a loop makes. */
export function elements(node: Node): Node[] {
  if (node.type === "for_statement") return branch(node.childForFieldName("body"));
  return node.type === "array"
    ? node.namedChildren.flatMap((child) => (child && child.type !== "comment" ? possible(child) : []))
    : [];
}

/** The shape of an object, with the variant that it says it is. */
export function variantOf(shape: Shape, node: Node): Shape | undefined {
  if (shape.discriminator === undefined) return shape;
  return shape.variants?.[literal(valueOf(node, shape.discriminator))];
}

/** What in a value is not as published, by its path. */
export function misfits(node: Node, shape: Shape, path = ""): readonly string[] {
  return possible(node).flatMap((value) => {
    if (value.type === "object") return objectMisfits(value, shape, path);
    if (value.type === "array" || value.type === "for_statement")
      return elements(value).flatMap((element) => misfits(element, shape.items ?? {}, `${path}[]`));
    return valueMisfits(value, shape, path);
  });
}

function valueMisfits(value: Node, { values }: Shape, path: string): readonly string[] {
  const isFixed = value.type === "string" && !value.text.includes("${");
  if (!isFixed || values === undefined || values.includes(literal(value))) return [];
  return [`${path}: ${literal(value)} is none of ${values.join(", ")}`];
}

/** Of a resource itself Bicep knows more. */
const BICEPS_OWN = ["parent", "scope", "dependsOn"];

function objectMisfits(node: Node, shape: Shape, path: string): readonly string[] {
  const variant = variantOf(shape, node);
  if (variant === undefined) return [`${path}: ${shape.discriminator} is not said, or unknown`];
  const { properties: known = {}, required = [], readOnly = [], others } = variant;
  if (Object.keys(known).length === 0 && others === undefined) return [`${path}: not in published.json`];
  const given = keysOf(node);
  const wrong = properties(node).flatMap((property) => {
    const name = literal(property.namedChild(0));
    const value = property.namedChild(1);
    const inner = known[name] ?? others;
    if (readOnly.includes(name)) return [`${path}.${name}: is read-only`];
    if (inner === undefined)
      return path === "" && BICEPS_OWN.includes(name) ? [] : [`${path}.${name}: is no property`];
    return value ? misfits(value, inner, `${path}.${name}`) : [];
  });
  return [
    ...wrong,
    ...required.filter((name) => !given.includes(name)).map((name) => `${path}.${name}: is required`),
  ];
}
