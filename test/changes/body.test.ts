/** Single values and named items of a raw body: read, set and compared, with everything else left as it is. */
import { describe, expect, test } from "vitest";
import { isAsEdited, namedItems, sameValue, valueAt, withEdits } from "../../shared/changes/body.ts";
import { isInPlace, resultShown } from "../../shared/changes/inPlace.ts";
import { type Change, type Edit, isListEdit, isRemoval } from "../../shared/changes/plan.ts";
import type { Json, JsonObject, Resource } from "../../shared/ports/resources.ts";
import { plsIdIn } from "../builders/world.ts";

test.each<[string, string, Json | undefined]>([
  ["a value", "a.b", 1],
  ["an object", "a", { b: 1 }],
  ["what is absent", "a.x", undefined],
  ["below a value", "a.b.c", undefined],
  ["below null", "none.x", undefined],
  ["below a list", "list.0", undefined],
  ["below text", "text.length", undefined],
])("valueAt reads %s", (_, path, expected) =>
  expect(valueAt({ a: { b: 1 }, none: null, list: [1], text: "t" }, path)).toEqual(expected),
);

describe("withEdits", () => {
  const set = (path: string, after: Json | undefined): Edit => ({ path, before: undefined, after });
  const body = { name: "n", a: { b: 1, c: [2] }, list: [{ name: "One" }, { name: "two", x: 1 }] };
  test.each<[string, Edit[], JsonObject]>([
    ["sets a value beside others", [set("a.b", 5)], { ...body, a: { b: 5, c: [2] } }],
    ["sets null, which is a value", [set("a.b", null)], { ...body, a: { b: null, c: [2] } }],
    ["removes a value", [set("a.b", undefined)], { ...body, a: { c: [2] } }],
    ["makes objects on the way", [set("x.y.z", 1)], { ...body, x: { y: { z: 1 } } }],
    ["replaces what is no object on the way", [set("name.y", 1)], { ...body, name: { y: 1 } }],
    ["replaces a list on the way", [set("list.y", 1)], { ...body, list: { y: 1 } }],
    ["applies one edit after the other", [set("a", { b: 2 }), set("a.d", 3)], { ...body, a: { b: 2, d: 3 } }],
    [
      "takes named items out, in any case, and puts items at the end",
      [{ path: "list", remove: ["one", "absent"], add: [{ name: "three" }] }],
      { ...body, list: [{ name: "two", x: 1 }, { name: "three" }] },
    ],
    [
      "puts items into a list that is not there",
      [{ path: "a.new", add: [{ name: "n" }] }],
      { ...body, a: { ...body.a, new: [{ name: "n" }] } },
    ],
    ["leaves the list without items to take", [{ path: "list", remove: [] }], body],
  ])("%s", (_, edits, expected) => {
    expect(withEdits(body, edits)).toStrictEqual(expected);
    expect(body.list).toHaveLength(2);
  });
});

describe("isAsEdited", () => {
  const list = [{ name: "One" }, { name: "two" }];
  test.each<[string, Edit, boolean]>([
    ["a value that is there", { path: "v", before: undefined, after: ["B", "a"] }, true],
    ["a value that is not", { path: "v", before: undefined, after: ["a"] }, false],
    ["items taken out that are out", { path: "list", remove: ["three"] }, true],
    ["one of two that is still in", { path: "list", remove: ["three", "ONE"] }, false],
    ["items put in that are in", { path: "list", add: [{ name: "one" }, { name: "TWO" }] }, true],
    ["one of two that is not in", { path: "list", add: [{ name: "one" }, { name: "three" }] }, false],
    ["one out and one in", { path: "list", remove: ["three"], add: [{ name: "two" }] }, true],
    ["items taken out of a list that is not there", { path: "none", remove: ["one"] }, true],
    ["items put into a list that is not there", { path: "none", add: [{ name: "one" }] }, false],
  ])("%s", (_, edit, expected) => expect(isAsEdited({ v: ["a", "b"], list }, edit)).toBe(expected));
});

describe("sameValue", () => {
  test.each<[string, Json | undefined, Json | undefined, boolean]>([
    ["text in another case", "Approved", "approved", true],
    ["other text", "Approved", "Pending", false],
    ["numbers", 1, 2, false],
    ["a number and its text", 1, "1", false],
    ["absent and an empty list", undefined, [], true],
    ["null and an empty list", null, [], true],
    ["absent and false", undefined, false, false],
    ["lists in another order", ["b", "a"], ["A", "B"], true],
    ["a list and part of it", ["a", "b"], ["a"], false],
    ["objects in another order of their keys", { a: 1, b: "X" }, { b: "x", a: 1 }, true],
    ["objects with another value", { a: 1 }, { a: 2 }, false],
    ["objects with another key", { a: 1 }, { b: 1 }, false],
    ["lists of objects in another order", [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }], true],
    ["an object that has null", { a: null }, {}, false],
    ["a list and an object", [], {}, false],
  ])("%s", (_, a, b, expected) => {
    expect(sameValue(a, b)).toBe(expected);
    expect(sameValue(b, a)).toBe(expected);
  });
});

test("namedItems is empty where there is no list", () => {
  expect([namedItems(undefined), namedItems({ name: "x" }), namedItems([{ name: "x" }])]).toEqual([
    [],
    [],
    [{ name: "x" }],
  ]);
});

describe("a change", () => {
  const base = {
    capability: "privateLinkServices",
    resourceId: plsIdIn("pls"),
    cluster: "one",
    reason: "r",
    evidence: [],
  } as const;
  const deletion: Change = { ...base, action: "delete" };
  const creation: Change = { ...base, action: "create", body: {} };
  const update = (...edits: Edit[]): Change => ({ ...base, action: "update", edits });
  const there = (some: Partial<Resource> = {}): Resource => ({
    id: base.resourceId,
    version: "1",
    provisioningState: "Succeeded",
    tags: {},
    body: { a: 1, b: 2 },
    ...some,
  });
  const set = (path: string, after: Json): Edit => ({ path, before: undefined, after });

  test.each<[string, Change, Resource | undefined, boolean]>([
    ["a delete of what does not exist is in place", deletion, undefined, true],
    ["a delete of what exists is not", deletion, there(), false],
    ["a create of what exists is in place", creation, there(), true],
    ["a create of what failed is not", creation, there({ provisioningState: "Failed" }), false],
    ["a create of what does not exist is not", creation, undefined, false],
    ["an update is in place if all values are", update(set("a", 1), set("b", 2)), there(), true],
    ["an update of which one value is not, is not", update(set("a", 1), set("b", 3)), there(), false],
    ["an update of what does not exist is not", update(), undefined, false],
  ])("%s", (_, change, actual, expected) => expect(isInPlace(change, actual)).toBe(expected));

  const guid = (resourceGuid?: string) => ({
    body: { properties: { ...(resourceGuid && { resourceGuid }) } },
  });
  test.each<[string, Change, Resource | undefined, "applied" | "failed" | "pending"]>([
    ["a delete of what does not exist was applied", deletion, undefined, "applied"],
    ["a delete of what exists was not", deletion, there(guid("a")), "failed"],
    ["a delete of what was created again was applied", deletion, there(guid("b")), "applied"],
    [
      "a delete of what is created again at this moment was applied",
      deletion,
      there({ ...guid("b"), provisioningState: "Updating" }),
      "applied",
    ],
    ["a resource without a GUID does not show that it is another one", deletion, there(guid()), "failed"],
    ["a delete in progress is pending", deletion, there({ provisioningState: "Deleting" }), "pending"],
    ["an update that is read back was applied", update(set("a", 1)), there(), "applied"],
    [
      "an update that is read while Azure still changes the resource is pending",
      update(set("a", 1)),
      there({ provisioningState: "Updating" }),
      "pending",
    ],
    ["an update that is not read back was not applied", update(set("a", 3)), there(), "failed"],
    ["an update of what does not exist was not applied", update(set("a", 1)), undefined, "failed"],
  ])("%s", (_, change, actual, shown) =>
    expect(resultShown(change, { actual, before: guid("a").body })).toBe(shown),
  );

  test.each<[string, Change, boolean]>([
    ["a delete", deletion, true],
    ["a create", creation, false],
    ["an update of values", update(set("a", 1)), false],
    [
      "an update that takes an item out beside another edit",
      update(set("a", 1), { path: "l", remove: ["x"] }),
      true,
    ],
    ["an update that puts an item in", update({ path: "l", add: [{ name: "x" }] }), false],
  ])("%s is a removal: %s", (_, change, expected) => expect(isRemoval(change)).toBe(expected));

  test("an edit is a list edit if it takes out or puts in", () => {
    const edits: Edit[] = [{ path: "l", remove: [] }, { path: "l", add: [] }, set("a", 1)];
    expect(edits.map(isListEdit)).toEqual([true, true, false]);
  });
});
