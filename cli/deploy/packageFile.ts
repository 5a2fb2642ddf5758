import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidInput } from "../../shared/core/errors.ts";

export interface PackageFile {
  write(bytes: Uint8Array): Promise<void>;
}

/** Looked at before anything is built: a wrong path must cost nothing. @throws InvalidInput saying why nothing can be written there */
export async function packageFile(path: string): Promise<PackageFile> {
  const problem = await obstacle(path);
  if (problem !== undefined) throw new InvalidInput([`--write ${path}: ${problem}`]);
  return { write: (bytes) => writeFile(path, bytes) };
}

async function obstacle(path: string): Promise<string | undefined> {
  if (!path.toLowerCase().endsWith(".zip")) return "name a file that ends with .zip";
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && !there.isFile()) return "is not a file";
  const folder = dirname(resolve(path));
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return `there is no folder ${folder}; make it first`;
  return access(there === undefined ? folder : path, constants.W_OK).then(
    () => undefined,
    () => "may not be written",
  );
}
