import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "corpus");

/** Inputs that the fuzzers found before, by target: fixed, and kept as regression tests. */
export function readCorpus(target: string): readonly (readonly [file: string, text: string])[] {
  const folder = join(FOLDER, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
}
