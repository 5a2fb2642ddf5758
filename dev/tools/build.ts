/**
 * Builds the deployable artifact: one small ESM entry that registers every function, lazily imported chunks, and the dashboard in `web/`.
 * The same folder runs in Azure, in the sandbox's host and in the smoke test.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { buildWeb } from "./web.ts";

const ROOT = join(import.meta.dirname, "../..");

// Bundled CommonJS dependencies still call require(), which an ES module does not have.
const REQUIRE_BANNER =
  'import { createRequire as mooringRequire } from "node:module"; const require = mooringRequire(import.meta.url);';

/** Writes the artifact to `outputDirectory`, which is emptied first; gives the directory. */
export async function buildApp(outputDirectory: string): Promise<string> {
  await buildArtifact(outputDirectory);
  return outputDirectory;
}

/** The same; gives what went into which of its files. */
export async function buildArtifact(outputDirectory: string): Promise<Metafile> {
  await rm(outputDirectory, { recursive: true, force: true });
  await mkdir(outputDirectory, { recursive: true });
  const [metafile] = await Promise.all([
    bundle({ main: join(ROOT, "functions/main.ts") }, outputDirectory),
    buildWeb(join(outputDirectory, "web")),
  ]);
  await copyFile(join(ROOT, "host.json"), join(outputDirectory, "host.json"));
  await writeFile(join(outputDirectory, "package.json"), await manifest());
  return metafile;
}

/** Bundles each entry into `NAME.mjs`, as the app's is. */
export async function bundle(
  entryPoints: Record<string, string>,
  outputDirectory: string,
  plugins: Plugin[] = [],
): Promise<Metafile> {
  const { metafile } = await build({
    plugins,
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints,
    outdir: outputDirectory,
    bundle: true,
    splitting: true,
    // Names are not minified: stack traces are readable without a source map, which would slow down a cold
    // start more than the code.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "linked",
    sourcesContent: false,
    format: "esm",
    platform: "node",
    target: "node22",
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    external: ["@azure/functions-core"],
    banner: { js: REQUIRE_BANNER },
    logLevel: "warning",
  });
  return metafile;
}

async function manifest(): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  return JSON.stringify({ name, version, private: true, type: "module", main: "main.mjs" }, undefined, 2);
}

if (import.meta.main) {
  const output = await buildApp(join(ROOT, process.argv[2] ?? "dist"));
  console.log(`built ${output}`);
}
