/** Generated parts of documents that come from tests, decisions and rules, apart from the tables of `documents.ts`. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { INVARIANTS } from "../../test/orphans/ledger.ts";
import { GUARDS } from "../../test/orphans/removals/all.ts";
import type { Guard } from "../../test/orphans/removals/model.ts";
import { RESTORE_GUARDS } from "../../test/changes/restores/removals.ts";
import { RESTORE_INVARIANTS } from "../../test/changes/restores/steps.ts";
import { ACCESS_INVARIANTS } from "../../test/pls/access/invariants.ts";
import { ACCESS_GUARDS } from "../../test/pls/access/removals.ts";
import { markdownTable } from "./table.ts";

const code = (text: string) => `\`${text}\``;

/** One link for each page of `docs/decisions/`, with its title. */
export function decisionsList(): string {
  const folder = join(import.meta.dirname, "../../docs/decisions");
  return globSync("[0-9]*.md", { cwd: folder })
    .toSorted()
    .map((file) => `- [${titleOf(join(folder, file))}](${basename(file)})`)
    .join("\n");
}

function titleOf(path: string): string {
  return readFileSync(path, "utf8").split("\n", 1)[0]?.replace(/^# /, "") ?? "";
}

/** The tables of `docs/contributing/guards.md`, by the name of their block. */
export function guardBlocks() {
  return {
    invariants: invariantsTable(INVARIANTS),
    guards: guardsTable(GUARDS),
    "access-invariants": invariantsTable(ACCESS_INVARIANTS),
    "access-guards": guardsTable(ACCESS_GUARDS),
    "restore-invariants": invariantsTable(RESTORE_INVARIANTS),
    "restore-guards": guardsTable(RESTORE_GUARDS),
  };
}

function invariantsTable(invariants: Readonly<Record<string, string>>): string {
  const rows = Object.entries(invariants).map(([id, text]) => [code(id), text]);
  return markdownTable(["invariant", "meaning"], rows);
}

function guardsTable(guards: readonly Guard<string, unknown>[]): string {
  const rows = guards.map(({ id, refuses, removal, breaks, behind = [] }) => [
    id,
    refuses,
    code(removal.file.replace("shared/", "")),
    code(breaks),
    behind.join(", "),
  ]);
  return markdownTable(
    ["guard", "refuses", "in `shared/`", "invariant that breaks without it", "also refused by"],
    rows,
  );
}
