/** Compiles a folder of Bicep: what the compiler and its linter report, and the ARM templates that come out. */
import { execFile } from "node:child_process";
import { cp, glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { graphExtension } from "./graphTypes.ts";
import type { Scenario } from "./scenarios.ts";

export const INFRA = join(import.meta.dirname, "../../../infra");

/** The identifiers that snapshots are taken with. */
export const TENANT = "00000000-0000-4000-8000-00000000000a";
export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const LOCATION = "westeurope";

export interface Bicep {
  /** Each error, warning and linter finding once, as `file(line,column) : …`, the files relative to the folder. */
  problems(): Promise<readonly string[]>;
  /** The compiled ARM template of a file. `problems` has to be called before. */
  template(file: string): Promise<unknown>;
  /** What a deployment with these parameters would create. */
  snapshot(scenario: Scenario): Promise<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Works on a copy of the folder, in which the Microsoft Graph extension is a local file. */
export async function openBicep(compiler: string, source = INFRA): Promise<Bicep> {
  const folder = await mkdtemp(join(tmpdir(), "mooring-bicep-"));
  const call = (env: Record<string, string>, ...args: string[]) => execute(compiler, args, folder, env);
  await cp(source, folder, { recursive: true });
  await addGraphExtension(folder, (...args) => call({}, ...args));
  return {
    problems: () => findProblems(folder, (...args) => call({}, ...args)),
    template: async (file) => readJson(join(folder, file.replace(/\.bicep$/, ".json"))),
    snapshot: async (scenario) => {
      const file = await parametersOf(folder, scenario);
      const { output, code } = await call(scenario.environment ?? {}, ...snapshotArguments(file, scenario));
      if (code !== 0) throw new Error(`bicep snapshot of ${scenario.name}: ${output}`);
      return readJson(join(folder, file.replace(/\.bicepparam$/, ".snapshot.json")));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

type Call = (...args: string[]) => Promise<{ readonly code: number; readonly output: string }>;

async function findProblems(folder: string, call: Call): Promise<readonly string[]> {
  const commands = [
    ["build", "--pattern", "**/*.bicep"],
    ["lint", "--pattern", "**/*.bicep"],
    ...(await parameterFiles(folder)).map((file) => ["build-params", file, "--outfile", `${file}.json`]),
  ];
  const found: string[] = [];
  for (const [command = "", ...args] of commands) {
    const { code, output } = await call(command, ...args);
    const lines = output.split("\n").filter((line) => / : (Error|Warning|Info) /.test(line));
    found.push(...lines.map((line) => line.replaceAll(`${folder}/`, "").trim()));
    if (code !== 0 && lines.length === 0)
      found.push(`bicep ${command} ended with code ${code}: ${output.trim()}`);
  }
  return [...new Set(found)].sort();
}

async function parameterFiles(folder: string): Promise<string[]> {
  return Array.fromAsync(glob("**/*.bicepparam", { cwd: folder }));
}

/** Replaces the extension's address in `bicepconfig.json` by a file of {@link graphExtension}. */
async function addGraphExtension(folder: string, call: Call): Promise<void> {
  const path = join(folder, "bicepconfig.json");
  const config = (await readJson(path)) as { extensions: Record<string, string> };
  const { index, types } = graphExtension();
  await writeFile(join(folder, "index.json"), JSON.stringify(index));
  await writeFile(join(folder, "types.json"), JSON.stringify(types));
  const { code, output } = await call("publish-extension", "index.json", "--target", "graph.tgz");
  if (code !== 0) throw new Error(`bicep publish-extension: ${output}`);
  await writeFile(path, JSON.stringify({ ...config, extensions: { microsoftGraphV1: "./graph.tgz" } }));
}

/** A parameters file for this scenario alone, relative to the folder: the snapshot is written beside it, under the same name. */
async function parametersOf(folder: string, { name, file, parameters }: Scenario): Promise<string> {
  const path = join(dirname(file), `${name}.bicepparam`);
  if (parameters === undefined) await cp(join(folder, file), join(folder, path));
  else await writeFile(join(folder, path), parametersText(basename(file), parameters));
  return path;
}

function parametersText(template: string, parameters: NonNullable<Scenario["parameters"]>): string {
  const values = Object.entries(parameters).map(([key, value]) => `param ${key} = ${literal(value)}`);
  return `using '${template}'\n${values.join("\n")}\n`;
}

function literal(value: string | readonly string[]): string {
  return typeof value === "string" ? `'${value}'` : `[${value.map(literal).join(", ")}]`;
}

function snapshotArguments(file: string, { managementGroup }: Scenario): string[] {
  const scope = managementGroup
    ? ["--management-group-id", managementGroup]
    : ["--subscription-id", SUBSCRIPTION];
  return ["snapshot", file, "--mode", "overwrite", "--tenant-id", TENANT, "--location", LOCATION, ...scope];
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** Parameters files read the environment: only what a scenario sets may reach them. */
function execute(command: string, args: readonly string[], cwd: string, env: Record<string, string>) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(MOORING|AZURE)_/.test(name));
  const options = { cwd, env: { ...Object.fromEntries(kept), ...env }, maxBuffer: 2 ** 26 };
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
    });
  });
}
