/** `docs/contributing/architecture.md` has a table of what is stored. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { memoryRun } from "../memory/run.ts";

test("the table of stored data lists every table, and no other", async () => {
  const text = await readFile(join(import.meta.dirname, "../../docs/contributing/architecture.md"), "utf8");
  const [, data = ""] = /## Data\n([^]*?)\n## /.exec(text) ?? text.split("## Data");
  const rows = data.split("\n").filter((line) => line.startsWith("| `"));
  const listed = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(listed).toHaveLength(new Set(listed).size);
  expect(new Set(listed)).toEqual(new Set(Object.keys(memoryRun().ports.tables)));
});
