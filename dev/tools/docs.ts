/**
 * Writes the tables that the documents generate from code (`documents.ts`). With `--check` it writes nothing and fails if a document differs from what the code says.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { documents } from "./documents.ts";

const ROOT = join(import.meta.dirname, "../..");
const checkOnly = process.argv.includes("--check");

const stale: string[] = [];
for (const document of documents) {
  const { path } = document;
  const before = await readFile(join(ROOT, path), "utf8").catch(() => "");
  const after = await document.render(before);
  if (after === before) continue;
  stale.push(path);
  if (!checkOnly) await writeFile(join(ROOT, path), after);
}

for (const path of stale)
  console.log(checkOnly ? `${path} is out of date: run npm run docs` : `wrote ${path}`);
if (checkOnly && stale.length > 0) process.exitCode = 1;
