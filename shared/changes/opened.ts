/** Access that a change widens, and the part of a change that widens nothing. Pure. */
import { isListEdit, type Change, type Edit, type ValueEdit } from "./plan.ts";
import type { Json, JsonObject } from "../ports/resources.ts";
import { valueAt } from "./body.ts";

/** Lists of subscriptions that have access to a Private Link Service. @see https://learn.microsoft.com/rest/api/virtualnetwork/private-link-services */
export const ACCESS_PATHS = {
  visibility: "properties.visibility.subscriptions",
  autoApproval: "properties.autoApproval.subscriptions",
} as const;

/** Lists of a Private Link Service that give no access. Every other list is treated as if it did. */
const WITHOUT_ACCESS: ReadonlySet<string> = new Set(["properties.fqdns"]);

/**
 * The approval of a connection, or each item that is added to a list of a Private Link Service. Empty if the
 * change widens nothing. Comparable between changes of the same resource.
 */
export function openedBy(change: Change): readonly string[] {
  if (change.action === "delete") return [];
  if (change.action === "create")
    return Object.values(ACCESS_PATHS).flatMap((path) => givenAt(change.body, path));
  if (change.capability === "connections") return ["approval"];
  return change.capability === "privateLinkServices" ? change.edits.flatMap(addedBy) : [];
}

function givenAt(body: JsonObject, path: string): string[] {
  return items(valueAt(body, path)).map((item) => `${path} ${lowered(item)}`);
}

function addedBy(edit: Edit): string[] {
  return isListEdit(edit) ? [] : openedItems(edit).map((item) => `${edit.path} ${lowered(item)}`);
}

/** The items of the list that the edit opens. */
export function openedItems(edit: ValueEdit): readonly string[] {
  const { path, before, after } = edit;
  if (!Array.isArray(after) || WITHOUT_ACCESS.has(path) || isFromEveryone(edit)) return [];
  const had = new Set(items(before).map(lowered));
  return items(after)
    .filter((item) => !had.has(lowered(item)))
    .map(String);
}

/** Any list is narrower than a visibility of `*`; in auto-approval `*` includes no subscription. */
function isFromEveryone({ path, before }: ValueEdit): boolean {
  return path === ACCESS_PATHS.visibility && items(before).includes("*");
}

/** The edit without what it would open; `undefined` if nothing is left of it. */
export function withoutOpening(edit: ValueEdit): ValueEdit | undefined {
  if (openedItems(edit).length === 0) return edit;
  const allowed = new Set(items(edit.after).map(lowered));
  const had = items(edit.before);
  const after = had.filter((item) => allowed.has(lowered(item)) || allowed.has(lowered("*")));
  return after.length === had.length ? undefined : { ...edit, after };
}

/** The body of a Private Link Service that gives no access yet. */
export function withoutAccess(body: JsonObject): JsonObject {
  const { properties } = body;
  const empty = { visibility: { subscriptions: [] }, autoApproval: { subscriptions: [] } };
  return { ...body, properties: { ...(properties as JsonObject | undefined), ...empty } };
}

function items(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function lowered(item: Json): string {
  return JSON.stringify(item).toLowerCase();
}
