/** Reads and sets single values of a raw body by path; everything else is unchanged byte for byte. Pure. */
import { isListEdit, type Edit, type ListEdit, type NamedItem } from "./plan.ts";
import type { Json, JsonObject } from "../ports/resources.ts";

/** The value at `path` (dots between keys), `undefined` if absent. */
export function valueAt(body: JsonObject, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), body);
}

/** The body with every edit's `after` in place; missing parent objects are created. */
export function withEdits(body: JsonObject, edits: readonly Edit[]): JsonObject {
  return edits.reduce((edited, edit) => {
    const after = isListEdit(edit) ? listAfter(valueAt(edited, edit.path), edit) : edit.after;
    return setAt(edited, edit.path.split("."), after);
  }, body);
}

function listAfter(list: Json | undefined, { remove = [], add = [] }: ListEdit): Json {
  return [...namedItems(list).filter(({ name }) => !has(remove, name)), ...add];
}

/** True if the body already has the result of the edit. */
export function isAsEdited(body: JsonObject, edit: Edit): boolean {
  const value = valueAt(body, edit.path);
  if (!isListEdit(edit)) return sameValue(value, edit.after);
  const names = namedItems(value).map(({ name }) => name);
  const [remove = [], add = []] = [edit.remove, edit.add];
  return !remove.some((name) => has(names, name)) && add.every(({ name }) => has(names, name));
}

/** Items of a list of children, each with its name. */
export function namedItems(list: Json | undefined): NamedItem[] {
  return Array.isArray(list) ? (list as NamedItem[]) : [];
}

/** Ignores case, as Azure does when it compares names. */
function has(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}

function setAt(
  body: JsonObject,
  [key = "", ...rest]: readonly string[],
  after: Json | undefined,
): JsonObject {
  if (rest.length > 0) {
    const child = body[key];
    return { ...body, [key]: setAt(isObject(child) ? child : {}, rest, after) };
  }
  if (after !== undefined) return { ...body, [key]: after };
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== key));
}

/**
 * True if both are equal: objects by content, lists as sets, text without case, absent equal to an empty
 * list.
 */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: Json | undefined): string {
  return JSON.stringify(normalised(value ?? []));
}

function normalised(value: Json): unknown {
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(normalised(item))).sort();
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, normalised(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
