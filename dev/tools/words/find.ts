/** Finds words of the glossary's left side in the texts of tracked files. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GLOSSARY } from "./glossary.ts";
import { textsOf } from "./texts.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Generated, foreign, or about the words themselves. */
const LEFT_OUT = [
  /^docs\/(licences|decisions\/)/,
  /^CODE_OF_CONDUCT\.md$/,
  /^tools\/words\/glossary\.ts$/,
  /^test\/(infra\/(compiled|snapshots)|conformance\/specs|fuzz\/corpus|check\/cases)\//,
];

export interface Word {
  readonly file: string;
  readonly line: number;
  readonly word: string;
  readonly use: string;
}

export function trackedFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  return listed.filter((file) => existsSync(join(ROOT, file)) && !LEFT_OUT.some((one) => one.test(file)));
}

export function findWords(files: readonly string[]): readonly Word[] {
  return files.flatMap((file) =>
    textsOf(file, readFileSync(join(ROOT, file), "utf8")).flatMap((text) => wordsIn(file, text)),
  );
}

function wordsIn(
  file: string,
  { line, text }: { readonly line: number; readonly text: string },
): readonly Word[] {
  return GLOSSARY.flatMap(({ not, use }) =>
    [...text.matchAll(not)].map((match) => {
      const before = text.slice(0, match.index).split("\n").length - 1;
      return { file, line: line + before, word: match[0], use };
    }),
  );
}
