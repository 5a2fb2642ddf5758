/**
 * Plays schedules on Mooring's own sources with one or more guards removed. The sources are bundled with the text of the guard replaced, and
 * the bundle is loaded beside the true ones: nothing is mocked.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { context, type BuildContext, type Plugin } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

/** Text of one file that is replaced. */
export interface Removal {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Loads a module, and all that it imports of Mooring, without some guards. */
export class Spoiler {
  readonly #folder: string;
  readonly #builder: BuildContext<{ write: false }>;
  #removals: readonly Removal[] = [];
  #loaded = 0;

  private constructor(folder: string, builder: BuildContext<{ write: false }>, use: (one: Spoiler) => void) {
    this.#folder = folder;
    this.#builder = builder;
    use(this);
  }

  /** @param entry path of the module in the repository */
  static async open(entry: string): Promise<Spoiler> {
    let spoiler: Spoiler | undefined;
    const builder = await context({
      entryPoints: [join(ROOT, entry)],
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      plugins: [packagesOfThisProcess, replacing(() => spoiler?.removals ?? [])],
      logLevel: "silent",
    });
    const folder = await mkdtemp(join(tmpdir(), "mooring-spoilt-"));
    return new Spoiler(folder, builder, (one) => (spoiler = one));
  }

  get removals(): readonly Removal[] {
    return this.#removals;
  }

  /** @throws Error if a text to replace does not occur exactly once */
  async load<Module>(removals: readonly Removal[]): Promise<Module> {
    this.#removals = removals;
    const { outputFiles } = await this.#builder.rebuild();
    const path = join(this.#folder, `${(this.#loaded += 1)}.mjs`);
    await writeFile(path, outputFiles[0]?.contents ?? "");
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Module;
  }

  async close(): Promise<void> {
    await this.#builder.dispose();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Packages are those that this process has: they are neither bundled nor evaluated again for each guard. */
const packagesOfThisProcess: Plugin = {
  name: "packages of this process",
  setup: (build) => {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("node:")
        ? undefined
        : { path: import.meta.resolve(path), external: true },
    );
  },
};

function replacing(current: () => readonly Removal[]): Plugin {
  return {
    name: "replacing",
    setup: (build) => {
      build.onLoad({ filter: /\/(shared|test)\/.*\.ts$/ }, async ({ path }) => {
        const own = current().filter(({ file }) => join(ROOT, file) === path);
        return { contents: own.reduce(replace, await readFile(path, "utf8")), loader: "ts" };
      });
    },
  };
}

function replace(text: string, { file, from, to }: Removal): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has "${from}" ${parts.length - 1} times: state again what to remove`);
}
