/**
 * Measures against the floor, as ratios: absolute numbers are the machine's, the ratios are ours. `npm run bench -- [NAME …] [--full]
 * [--record]`; prints one table and writes `.mooring/bench.json`, with `--record` `dev/bench/results.json`.
 */
import { mkdir } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BENCHES } from "./benches.ts";
import { machine, merge, readResults, writeResults, type Result } from "./results.ts";
import { row } from "./rows.ts";
import { runBench } from "./run.ts";
import { printTable } from "./terminal.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAMES = Object.keys(BENCHES);
const HELP = `npm run bench -- [NAME …] [options]

  --full    the long ones too, at full size
  --record  keeps the results in dev/bench/results.json, of which npm run docs makes pages

Benchmarks: ${NAMES.join(", ")}
`;

const { values, positionals } = readArguments();
const { full = false, record = false } = values;
const wanted = NAMES.filter((name) =>
  positionals.length > 0 ? positionals.includes(name) : full || !BENCHES[name]?.isLong,
);
const results: Record<string, Result> = {};
for (const name of wanted) await measure(name);
printTable(
  Object.entries(results).flatMap(([name, { figures }]) => figures.map((figure) => [name, ...row(figure)])),
);
await keep();

async function measure(name: string): Promise<void> {
  const entry = BENCHES[name];
  if (!entry) return;
  console.error(`${name} …`);
  const atUtc = new Date().toISOString();
  const [load = 0] = loadavg();
  try {
    const { figures, seconds } = await runBench(name, entry, full);
    const command = `npm run bench -- ${name}${full ? " --full" : ""}`;
    const run = { atUtc, command, seconds: Math.round(seconds), machine: machine(), load };
    results[name] = { ...run, node: process.version, figures };
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function keep(): Promise<void> {
  await mkdir(join(ROOT, ".mooring"), { recursive: true });
  const path = join(ROOT, record ? "dev/bench/results.json" : ".mooring/bench.json");
  await writeResults(path, merge(readResults(path), results, NAMES));
  if (record) console.log("wrote dev/bench/results.json; npm run docs makes the pages of it");
}

function readArguments() {
  const options = {
    full: { type: "boolean" },
    record: { type: "boolean" },
    help: { type: "boolean" },
  } as const;
  try {
    const read = parseArgs({ options, allowPositionals: true });
    if (read.values.help) {
      console.log(HELP);
      return process.exit(0);
    }
    const unknown = read.positionals.filter((name) => !NAMES.includes(name));
    if (unknown.length === 0) return read;
    console.error(`there is no benchmark ${unknown.join(", ")}; there are ${NAMES.join(", ")}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  return process.exit(2);
}
