import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { readCorpus } from "../../../test/fuzz/corpus.ts";
import { TOKENS } from "../../../test/fuzz/inputs.ts";
import { targets } from "../../../test/fuzz/targets.ts";
import { fuzzDoor } from "./doors.ts";
import { ROOT, run } from "./run.ts";

/** What the fuzzer works with; not kept. */
const WORK = join(ROOT, ".mooring", "fuzz");
const KEPT = join(ROOT, "test", "fuzz", "corpus");

/** For one input; the app's own deadline for a review is shorter. */
const HANG_MILLISECONDS = 10_000;
/** Of the heap, of which the instrumented code takes half: a target that keeps what it is given comes to the end of it. */
const HEAP_MB = 1536;
const MEMORY_MB = 4096;
const LONGEST_BYTES = 16_384;

/** All targets in one CommonJS file, since what Jazzer.js instruments is what `require` loads. Gives its path. */
export async function bundleTargets(): Promise<string> {
  const outfile = join(WORK, "targets.cjs");
  await build({
    entryPoints: [join(ROOT, "test/fuzz/jazzer.ts")],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node22",
    external: ["@azure/functions-core"],
    define: { "import.meta.dirname": "__dirname", "import.meta.url": "__url" },
    banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: "error",
  });
  return outfile;
}

export interface FuzzOptions {
  readonly minutes: number;
  readonly bundle: string;
  /** By coverage; else at random. */
  readonly guided: boolean;
}

/** True if something was found; what it was is then in `test/fuzz/corpus/NAME`. */
export async function fuzzTarget(name: string, { minutes, bundle, guided }: FuzzOptions): Promise<boolean> {
  if (!guided) return fuzzDoor("random", minutes, [`^${name} > keeps it for`]);
  const folder = join(WORK, name);
  const found = join(folder, "found");
  await mkdir(found, { recursive: true });
  const corpus = await writeSeeds(name, folder);
  const dictionary = await writeDictionary();
  const limits = [
    `-max_total_time=${Math.ceil(minutes * 60)}`,
    `-rss_limit_mb=${MEMORY_MB}`,
    `-max_len=${LONGEST_BYTES}`,
  ];
  const engine = [...limits, `-dict=${dictionary}`, `-artifact_prefix=${found}/`, "-print_final_stats=1"];
  const args = [
    bundle,
    corpus,
    `--timeout=${HANG_MILLISECONDS}`,
    "--disableBugDetectors=.*",
    "--",
    ...engine,
  ];
  const code = await run("jazzer", args, {
    MOORING_FUZZ_TARGET: name,
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
  });
  await keep(name, found);
  return code !== 0;
}

async function writeSeeds(name: string, folder: string): Promise<string> {
  const corpus = join(folder, "corpus");
  await mkdir(corpus, { recursive: true });
  const { seeds = [] } = targets.find((one) => one.name === name) ?? {};
  const all = [...seeds, ...readCorpus(name).map(([, text]) => text)];
  await Promise.all(all.map((text, index) => writeFile(join(corpus, `seed-${index}`), text)));
  return corpus;
}

/** In libFuzzer's form. */
async function writeDictionary(): Promise<string> {
  const path = join(WORK, "tokens.dict");
  const escape = (byte: number) => `\\x${byte.toString(16).padStart(2, "0")}`;
  const lines = TOKENS.map((token) => `"${[...Buffer.from(token)].map(escape).join("")}"`);
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

async function keep(name: string, found: string): Promise<void> {
  const files = await readdir(found);
  if (files.length === 0) return;
  await mkdir(join(KEPT, name), { recursive: true });
  await Promise.all(files.map((file) => rename(join(found, file), join(KEPT, name, file.slice(0, 20)))));
}
