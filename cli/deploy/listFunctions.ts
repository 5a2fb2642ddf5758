import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

const ListedFunctions = z.array(z.object({ name: z.string(), trigger: z.string() }));
export type ListedFunction = z.infer<typeof ListedFunctions>[number];

/**
 * Functions that a built app registers when it is loaded as in Azure, in a separate process.
 * @throws Error if it cannot be loaded or registers nothing: Azure would show a healthy app without functions
 */
export async function listFunctions(directory: string): Promise<readonly ListedFunction[]> {
  const loader = join(import.meta.dirname, "loadFunctions.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [loader, directory]);
  const functions = ListedFunctions.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "[]"));
  if (functions.length === 0) throw new Error("the built app registers no functions");
  return functions.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
