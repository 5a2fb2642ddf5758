/**
 * Builds the dashboard into the artifact's `web/` folder: `index.html`, hashed scripts, one hashed style sheet, an icon, each also
 * compressed as far as it goes, since it is compressed once and sent often.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
const WEB = join(ROOT, "web");
/** Where the app serves it; the scripts name each other relative to themselves. */
const PUBLIC = "/api/dashboard";

/** Writes the dashboard to a folder; gives what went into which of its files. */
export async function buildWeb(outputDirectory: string): Promise<Metafile> {
  await mkdir(outputDirectory, { recursive: true });
  const { files, script, needs, styles, metafile } = await bundleScripts(outputDirectory);
  const style = await bundleStyles(styles);
  const icon = named("icon", ".svg", await readFile(join(WEB, "icon.svg")));
  const page = await fillPage({ SCRIPT: script, STYLE: style.name, ICON: icon.name }, needs);
  const all = [...files, style, icon, { name: "index.html", content: Buffer.from(page) }];
  await Promise.all(all.map((file) => writeBoth(outputDirectory, file)));
  return metafile;
}

interface Content {
  readonly name: string;
  readonly content: Uint8Array;
}

async function bundleScripts(outdir: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: { main: join(WEB, "main.tsx") },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2024",
    jsx: "automatic",
    jsxImportSource: "preact",
    // Styles are gathered apart: nothing would fetch those of a view that is fetched later.
    loader: { ".css": "empty" },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    metafile: true,
    write: false,
    logLevel: "warning",
    absWorkingDir: ROOT,
  });
  const files = outputFiles.map((file: OutputFile) => ({
    name: relative(outdir, file.path),
    content: file.contents,
  }));
  const script = files.find(({ name }) => name.startsWith("main-"))?.name ?? "";
  return { files, script, needs: needsOf(metafile, script), styles: stylesOf(metafile), metafile };
}

/** What the first script imports: the browser fetches it at once, not when it has read that script. */
function needsOf({ outputs }: Metafile, script: string): string[] {
  const path = Object.keys(outputs).find((path) => basename(path) === script) ?? "";
  const imports = outputs[path]?.imports ?? [];
  return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path));
}

/** Those of `ui/` first, so that a view's own win; the tokens before all. */
function stylesOf({ inputs }: Metafile): string[] {
  const rank = (path: string) => (path.endsWith("tokens.css") ? 0 : path.startsWith("web/ui/") ? 1 : 2);
  const styles = Object.keys(inputs).filter((path) => path.endsWith(".css"));
  return styles.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

async function bundleStyles(styles: readonly string[]): Promise<Content> {
  const { outputFiles } = await build({
    stdin: {
      contents: styles.map((path) => `@import "./${path}";`).join("\n"),
      loader: "css",
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    target: "es2024",
    write: false,
    logLevel: "warning",
  });
  return named("style", ".css", outputFiles[0]?.contents ?? new Uint8Array());
}

function named(name: string, extension: string, content: Uint8Array): Content {
  return { name: `${name}-${hashOf(content).slice(0, 8)}${extension}`, content };
}

async function fillPage(
  names: Readonly<Record<string, string>>,
  preloads: readonly string[],
): Promise<string> {
  const page = await readFile(join(WEB, "index.html"), "utf8");
  const links = preloads.map((name) => `<link rel="modulepreload" href="${PUBLIC}/${name}" />`);
  const filled = Object.entries(names).reduce(
    (text, [key, name]) => text.replace(`"${key}"`, `"${PUBLIC}/${name}"`),
    page,
  );
  return filled.replace("<!-- PRELOADS -->", links.join("\n    "));
}

async function writeBoth(outputDirectory: string, { name, content }: Content): Promise<void> {
  await writeFile(join(outputDirectory, name), content);
  await writeFile(join(outputDirectory, `${name}.gz`), gzipSync(content, { level: 9 }));
  await writeFile(join(outputDirectory, `${name}.br`), brotliCompressSync(content));
}

function hashOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
