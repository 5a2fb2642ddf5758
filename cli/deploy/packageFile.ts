import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidInput } from "../../shared/core/errors.ts";

export interface PackageFile {
  write(bytes: Uint8Array): Promise<void>;
}

/** Checks the path before anything is built. @throws InvalidInput if the file cannot be written */
export async function packageFile(path: string): Promise<PackageFile> {
  const problem = await problemOf(path);
  if (problem !== undefined) throw new InvalidInput([`--write ${path}: ${problem}`]);
  return { write: (bytes) => writeFile(path, bytes) };
}

async function problemOf(path: string): Promise<string | undefined> {
  if (!path.toLowerCase().endsWith(".zip")) return "the file name must end with .zip";
  const existing = await stat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isFile()) return "is not a file";
  const folder = dirname(resolve(path));
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return `folder ${folder} does not exist; create it first`;
  return access(existing === undefined ? folder : path, constants.W_OK).then(
    () => undefined,
    () => "permission denied",
  );
}
