import { readFile } from "node:fs/promises";
import type { Metafile } from "esbuild";
import { inject } from "vitest";

/** What went into which file of the built app that all files of the run share. */
export async function builtFrom(): Promise<Metafile> {
  return JSON.parse(await readFile(inject("metafile"), "utf8")) as Metafile;
}
