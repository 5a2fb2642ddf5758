/** What of others is in the artifact: its bill of materials, from what the bundler put into which file, and nothing that it left out. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Metafile } from "esbuild";
import { bundle } from "./build.ts";
import { buildWeb } from "./web.ts";

const ROOT = join(import.meta.dirname, "../..");
const GENERATOR = join(ROOT, "node_modules", ".bin", "cyclonedx-esbuild");
const SPECIFICATION = "1.6";

interface Licence {
  readonly license?: { readonly id?: string; readonly name?: string };
  readonly expression?: string;
}

export interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly Licence[];
  readonly purl?: string;
}

export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: string;
  readonly components: readonly Component[];
}

/** As npm calls it. */
export function packageName({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}

/**
 * CycloneDX 1.6, with the text of each licence: of the same sources the same.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export async function createSbom(): Promise<Sbom> {
  const folder = await mkdtemp(join(tmpdir(), "mooring-sbom-"));
  try {
    const [app, web] = await Promise.all([
      bundle({ main: join(ROOT, "functions/main.ts") }, join(folder, "app")),
      buildWeb(join(folder, "web")),
    ]);
    const metafile = join(folder, "metafile.json");
    await writeFile(metafile, JSON.stringify(joined(app, web)));
    return await generate(metafile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As it is kept in a file. */
export function printSbom(sbom: Sbom): string {
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

async function generate(metafile: string): Promise<Sbom> {
  const how = ["--spec-version", SPECIFICATION, "--output-reproducible", "--gather-license-texts"];
  const args = [...how, "--output-file", "-", metafile];
  const { stdout } = await promisify(execFile)(process.execPath, [GENERATOR, ...args], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const sbom = JSON.parse(stdout) as Sbom;
  return { ...sbom, components: await licensed(sbom.components) };
}

/** Some packages have manifests within that say no licence; what npm installed says it. */
async function licensed(components: readonly Component[]): Promise<Component[]> {
  const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8"));
  return components.map((component) => {
    const { version, license } = lock.packages[`node_modules/${packageName(component)}`] ?? {};
    const isKnown = license !== undefined && version === component.version;
    return component.licenses || !isKnown
      ? component
      : { ...component, licenses: [{ license: { id: license } }] };
  });
}

function joined(a: Metafile, b: Metafile): Metafile {
  return { inputs: { ...a.inputs, ...b.inputs }, outputs: { ...a.outputs, ...b.outputs } };
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  const text = printSbom(await createSbom());
  if (file === undefined) process.stdout.write(text);
  else {
    await writeFile(file, text);
    console.log(`wrote ${file}`);
  }
}
