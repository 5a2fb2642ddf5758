/** Each guard of a sweep is needed. @see docs/contributing/guards.md */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACCESS_GUARDS } from "../pls/access/removals.ts";
import { crimesOf } from "./play.ts";
import { GUARDS } from "./removals/all.ts";
import { proveGuards } from "./removals/prove.ts";

proveGuards("test/orphans/play.ts", crimesOf, GUARDS);

test("every guard of a write is in a table", async () => {
  const text = await readFile(join(import.meta.dirname, "../../shared/changes/guards.ts"), "utf8");
  const [, table = ""] = /const GUARDS[^{]*{([^}]*)}/.exec(text) ?? [];
  const ids = [...table.matchAll(/^\s*"?([a-z-]+)"?[,:]/gm)].map(([, id = ""]) => id);
  expect(ids.length).toBeGreaterThan(10);
  const proved = [...GUARDS, ...ACCESS_GUARDS].map(({ id }) => id.replace(/ \(.*/, ""));
  expect(ids.filter((id) => !proved.includes(id))).toEqual([]);
});
