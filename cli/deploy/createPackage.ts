/**
 * Builds the deployment zip. It contains only paths and contents of the built files, in a fixed order and with fixed times, so that the
 * same sources give the same bytes and a hash identifies what runs.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { zipSync, type Zippable } from "fflate";
import { InvalidInput } from "../../shared/core/errors.ts";
import { listFunctions, type ListedFunction } from "./listFunctions.ts";

export interface Package {
  readonly zip: Uint8Array;
  /** Hash of the zip, in hexadecimal. */
  readonly sha256: string;
  /** Functions that the Functions host would register, by name. */
  readonly functions: readonly ListedFunction[];
}

/**
 * Builds into `dist/`, where source maps point to the sources by the same relative paths in every checkout.
 * @throws InvalidInput without development dependencies
 */
export async function createPackage(): Promise<Package> {
  const { buildApp, bill } = await builder();
  const directory = await buildApp(join(import.meta.dirname, "../../dist"));
  const functions = await listFunctions(directory);
  await writeFile(join(directory, SBOM_FILE), await bill());
  const zip = await zipFolder(directory);
  return { zip, sha256: createHash("sha256").update(zip).digest("hex"), functions };
}

/** Software bill of materials: included packages and their licences. */
const SBOM_FILE = "sbom.cdx.json";

interface Builder {
  readonly buildApp: (outputDirectory: string) => Promise<string>;
  readonly bill: () => Promise<string>;
}

async function builder(): Promise<Builder> {
  try {
    const [{ buildApp }, { createSbom, printSbom }] = await Promise.all([
      import("../../dev/tools/build.ts"),
      import("../../dev/tools/shipped.ts"),
    ]);
    return { buildApp, bill: async () => printSbom(await createSbom()) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new InvalidInput([
      "deploy package requires a checkout of Mooring with its development dependencies; run npm ci first",
    ]);
  }
}

// Zip files store local time without a zone: a date with local parts gives the same bytes everywhere.
const TIME = new Date(1980, 0, 1);
const UNIX = 3;
const READABLE_FILE = 0o100644 << 16;

async function zipFolder(directory: string): Promise<Uint8Array> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const named = files.map((file) => ({ file, name: relative(directory, file).split(sep).join("/") }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const contents: Zippable = {};
  for (const { file, name } of named) contents[name] = await readFile(file);
  return zipSync(contents, { level: 9, mtime: TIME, os: UNIX, attrs: READABLE_FILE });
}
