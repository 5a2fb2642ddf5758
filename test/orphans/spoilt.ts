/**
 * Plays schedules on Mooring's own sources with one or more guards removed. Every source is compiled once. A load evaluates all of
 * them again, beside the true ones, with the text of the guards replaced: nothing is mocked.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { transform } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

/** Text of one file that is replaced. */
export interface Removal {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

type Require = (specifier: string) => unknown;
interface CommonModule {
  exports: unknown;
}
type Evaluate = (module: CommonModule, require: Require) => void;

interface Source {
  readonly text: string;
  readonly evaluate: Evaluate;
}

/** Loads a module, and all that it imports of Mooring, without some guards. */
export class Spoiler {
  readonly #entry: string;
  /** By path. */
  readonly #sources = new Map<string, Source>();
  /** Packages are those that this process has: they are not evaluated again for each guard. */
  readonly #packages = new Map<string, unknown>();

  private constructor(entry: string) {
    this.#entry = entry;
  }

  /** @param entry path of the module in the repository */
  static async open(entry: string): Promise<Spoiler> {
    const spoiler = new Spoiler(join(ROOT, entry));
    await spoiler.#read(spoiler.#entry, new Set());
    return spoiler;
  }

  /** @throws Error if a text to replace does not occur exactly once */
  async load<Module>(removals: readonly Removal[]): Promise<Module> {
    const spoilt = new Map<string, Evaluate>();
    for (const [path, own] of Map.groupBy(removals, ({ file }) => join(ROOT, file))) {
      const text = own.reduce(replace, this.#source(path).text);
      spoilt.set(path, (await compile(path, text)).evaluate);
    }
    return this.#evaluate((path) => spoilt.get(path) ?? this.#source(path).evaluate) as Module;
  }

  async #read(path: string, begun: Set<string>): Promise<void> {
    if (begun.has(path)) return;
    begun.add(path);
    const text = await readFile(path, "utf8");
    const { evaluate, imports } = await compile(path, text);
    this.#sources.set(path, { text, evaluate });
    await Promise.all(
      imports.map((one) =>
        one.startsWith(".") ? this.#read(join(path, "..", one), begun) : this.#take(one),
      ),
    );
  }

  async #take(name: string): Promise<void> {
    const taken: object = await import(/* @vite-ignore */ import.meta.resolve(name));
    this.#packages.set(name, { ...taken, __esModule: true });
  }

  #source(path: string): Source {
    const source = this.#sources.get(path);
    if (!source) throw new Error(`${this.#entry} does not import ${path}`);
    return source;
  }

  #evaluate(evaluateOf: (path: string) => Evaluate): unknown {
    const modules = new Map<string, CommonModule>();
    const load = (path: string): unknown => {
      const known = modules.get(path);
      if (known) return known.exports;
      const module: CommonModule = { exports: {} };
      modules.set(path, module);
      evaluateOf(path)(module, (one) =>
        one.startsWith(".") ? load(join(path, "..", one)) : this.#packages.get(one),
      );
      return module.exports;
    };
    return load(this.#entry);
  }
}

async function compile(path: string, text: string): Promise<{ evaluate: Evaluate; imports: string[] }> {
  const { code } = await transform(text, {
    loader: "ts",
    format: "cjs",
    sourcefile: path,
    supported: { "dynamic-import": false },
  });
  const evaluate = compileFunction(code, ["module", "require"], { filename: path }) as Evaluate;
  return { evaluate, imports: [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name) };
}

function replace(text: string, { file, from, to }: Removal): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has "${from}" ${parts.length - 1} times: state again what to remove`);
}
