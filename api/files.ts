/** The built dashboard in memory: read once, because the artifact does not change while the process runs. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { once } from "../shared/core/once.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

export interface WebFile {
  readonly type: string;
  readonly isText: boolean;
  readonly cacheControl: string;
  readonly bytes: Uint8Array;
  /** Compressed by the build. */
  readonly brotli?: Uint8Array;
  /** Compressed on first request if the build did not. */
  gzip?: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};
const TEXT = /^text\/|json|svg/;
/** Names with a hash of their content: the content never changes. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/i;
const YEAR_SECONDS = 31_536_000;

/**
 * Files by their path below the folder, with `/` as separator; empty if the folder does not exist. Files of
 * an unsupported type are not served.
 */
const filesIn: (folder: string) => Promise<ReadonlyMap<string, WebFile>> = once(async (folder) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(absent);
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const read = paths.map(async (path) => [nameIn(folder, path), await readOne(path, paths)] as const);
  const found = await waitForAll(read);
  return new Map(found.flatMap(([name, file]) => (file ? [[name, file]] : [])));
});

export function readFiles(folder: URL): Promise<ReadonlyMap<string, WebFile>> {
  return filesIn(fileURLToPath(folder));
}

function nameIn(folder: string, path: string): string {
  return path.slice(join(folder, "/").length).replaceAll("\\", "/");
}

async function readOne(path: string, all: readonly string[]): Promise<WebFile | undefined> {
  const type = TYPES[extname(path)];
  if (type === undefined) return undefined;
  const packed = async (suffix: string) =>
    all.includes(`${path}${suffix}`) ? await readFile(`${path}${suffix}`) : undefined;
  const [bytes, brotli, gzip] = await waitForAll([readFile(path), packed(".br"), packed(".gz")]);
  const cacheControl = HASHED.test(path)
    ? `private, max-age=${YEAR_SECONDS}, immutable`
    : "no-cache, private";
  return {
    type,
    isText: TEXT.test(type),
    cacheControl,
    bytes,
    ...(brotli && { brotli }),
    ...(gzip && { gzip }),
  };
}

function absent(error: NodeJS.ErrnoException): never[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
