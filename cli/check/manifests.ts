/** Reads the manifests that are named on the command line. */
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Problem } from "../../shared/admission/manifests/documents.ts";
import type { Manifests } from "../../shared/admission/manifests/manifest.ts";
import { readManifests, type Reading } from "../../shared/admission/manifests/read.ts";
import { readText } from "../readText.ts";
import { expandFiles } from "./files.ts";

/** Unreadable content becomes a problem, and the other files are read. @throws InvalidInput if a named file does not exist */
export async function readAll(names: readonly string[], reading: Reading): Promise<Manifests> {
  const files = await expandFiles(names);
  const read: Manifests[] = [];
  for (const file of files) read.push(await readOne(file, reading));
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    problems: read.flatMap(({ problems }) => problems),
  };
}

async function readOne(file: string, reading: Reading): Promise<Manifests> {
  const name = file === "-" ? "<stdin>" : file;
  try {
    return readManifests(name, await readText(file), reading);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const problems = error.problems.map((message): Problem => ({
      position: { file: name, line: 1, column: 1 },
      message,
    }));
    return { manifests: [], problems };
  }
}

/** One line each: `file:line:column: what is wrong`. */
export function problemsOf(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ position: { file, line, column }, message }) => `${file}:${line}:${column}: ${message}`,
  );
}
