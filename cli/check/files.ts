/** Expands files, folders and globs of a command line to files, in order, without duplicates. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "../../shared/core/errors.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

const MANIFEST = /\.(?:ya?ml|json)$/i;
const GLOB = /[*?{[]/;

/** @throws InvalidInput with every folder and glob that contains no manifest */
export async function expandFiles(names: readonly string[]): Promise<string[]> {
  const expanded = await Promise.allSettled(names.map(expand));
  const problems = expanded.flatMap((one) => (one.status === "rejected" ? problemsOf(one.reason) : []));
  if (problems.length > 0) throw new InvalidInput(problems);
  return [...new Set(expanded.flatMap((one) => (one.status === "fulfilled" ? one.value : [])))];
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof InvalidInput) return error.problems;
  throw error;
}

async function expand(name: string): Promise<string[]> {
  if (name === "-") return [name];
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return demand(name, await manifestsIn(name, (path) => MANIFEST.test(path)));
  // Shells expand globs, except quoted ones and on Windows.
  if (found || !GLOB.test(name)) return [name];
  const matches = globPattern(name);
  return demand(name, await manifestsIn(globRoot(name), (path) => matches.test(path)));
}

function demand(name: string, files: string[]): string[] {
  if (files.length > 0) return files;
  throw new InvalidInput(`${name}: no manifests found (.yaml, .yml or .json)`);
}

/** Skips hidden folders and installed packages. */
async function manifestsIn(folder: string, isWanted: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder === "" ? "." : folder, { withFileTypes: true }).catch(() => []);
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const below = sorted.map(async (entry) => {
    const path = join(folder, entry.name).replaceAll("\\", "/");
    if (entry.isFile()) return isWanted(path) ? [path] : [];
    const isPassedOver = entry.name.startsWith(".") || entry.name === "node_modules";
    return entry.isDirectory() && !isPassedOver ? manifestsIn(path, isWanted) : [];
  });
  return (await waitForAll(below)).flat();
}

/** The folder before the first part that is a pattern. */
function globRoot(glob: string): string {
  const parts = plain(glob).split("/");
  const root = parts.slice(
    0,
    parts.findIndex((part) => GLOB.test(part)),
  );
  return root.length === 1 && root[0] === "" ? "/" : root.join("/");
}

const TOKENS = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[!?[^\]]+\]|[^*?{[]+|[{[]/g;

/** `**` matches any number of folders, `*` and `?` match within a name, `{a,b}` matches either. */
function globPattern(glob: string): RegExp {
  const source = [...plain(glob).matchAll(TOKENS)].map(([token]) => tokenPattern(token)).join("");
  return new RegExp(`^${source}$`);
}

function tokenPattern(token: string): string {
  if (token === "**/") return "(?:[^/]+/)*";
  if (token === "**") return ".*";
  if (token === "*") return "[^/]*";
  if (token === "?") return "[^/]";
  if (token.startsWith("{") && token.length > 1)
    return `(?:${token.slice(1, -1).split(",").map(escaped).join("|")})`;
  if (token.startsWith("[") && token.length > 1)
    return `[${token.slice(1, -1).replace(/^!/, "^").replaceAll("\\", "")}]`;
  return escaped(token);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function plain(glob: string): string {
  return glob.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}
