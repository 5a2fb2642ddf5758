/** The committed results of compiling `infra/`, below `test/infra/`: templates, and snapshots of deployments. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import type { Bicep } from "./compile.ts";
import { DEPLOYED, SCENARIOS } from "./scenarios.ts";

const FOLDER = join(import.meta.dirname, "../../../test/infra");

interface Snapshot {
  readonly predictedResources: readonly unknown[];
  readonly diagnostics: readonly unknown[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What a compiled folder gives, as text by path below `test/infra/`. */
export async function takeResults(bicep: Bicep): Promise<ReadonlyMap<string, string>> {
  const results = new Map<string, string>();
  for (const file of DEPLOYED)
    results.set(templatePath(file), toText(withoutGenerator(await bicep.template(file))));
  const limit = pLimit(availableParallelism());
  const snapshots = await limit.map(SCENARIOS, (scenario) => bicep.snapshot(scenario));
  for (const [index, { name }] of SCENARIOS.entries())
    results.set(snapshotPath(name), toText(inOrder(shortened(snapshots[index] as Snapshot))));
  return results;
}

export async function writeResults(results: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of results) {
    await mkdir(dirname(join(FOLDER, path)), { recursive: true });
    await writeFile(join(FOLDER, path), text);
  }
}

/** Where committed results are not what `infra/` compiles to now. */
export async function compareResults(results: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const lines = await Promise.all(
    [...results].map(async ([path, text]) => {
      const committed = await readFile(join(FOLDER, path), "utf8").catch(() => "");
      return committed === text ? [] : [differenceOf(path, committed.split("\n"), text.split("\n"))];
    }),
  );
  return lines.flat();
}

export const templatePath = (file: string): string => `compiled/${file.replace(/\.bicep$/, ".json")}`;
export const snapshotPath = (name: string): string => `snapshots/${name}.json`;

function differenceOf(path: string, committed: readonly string[], now: readonly string[]): string {
  const at = now.findIndex((line, index) => line !== committed[index]);
  const line = at === -1 ? now.length : at;
  return `test/infra/${path}:${line + 1}: infra/ compiles to '${now[line]?.trim() ?? ""}', committed is '${committed[line]?.trim() ?? ""}'`;
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Without the compiler's build number and hash, which differ where nothing else does. */
function withoutGenerator(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (key === "_generator" ? undefined : inner)),
  );
}

/** The text of queries and of the workbook is in the template already. */
function shortened(value: Snapshot): Snapshot {
  const isLoaded = (key: string) => key === "query" || key === "serializedData";
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      isLoaded(key) ? `(${String(inner).split("\n", 1)[0]?.slice(0, 60)}…)` : inner,
    ),
  ) as Snapshot;
}

/** The compiler evaluates in parallel: neither resources nor outputs come in the same order each time. */
function inOrder({ predictedResources, diagnostics, outputs }: Snapshot): Snapshot {
  const keyed = predictedResources.map((resource) => [JSON.stringify(resource), resource] as const);
  const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  return {
    predictedResources: keyed.sort(([a], [b]) => byText(a, b)).map(([, resource]) => resource),
    diagnostics,
    outputs: Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => byText(a, b))),
  };
}
