/**
 * `npm run fuzz [-- NAME… --minutes N]`: each target for so long, guided by coverage (Jazzer.js, which is
 * libFuzzer); the endpoints of the built app and the command line by fast-check. What breaks is kept in
 * `test/fuzz/corpus/NAME`, which `npm test` replays from then on.
 */
import { parseArgs } from "node:util";
import { missing } from "./engine.ts";
import { fuzzDoor, DOORS } from "./doors.ts";
import { fuzzTarget, bundleTargets } from "./target.ts";
import { targets } from "../../../test/fuzz/targets.ts";

const DEFAULT_MINUTES = "1";
const names = [...targets.map(({ name }) => name), ...DOORS];

const HELP = `npm run fuzz -- [NAME …] [options]

  --minutes <n>  how long each target is tried (${DEFAULT_MINUTES})

Targets: ${names.join(", ")}
`;

const { values, positionals } = readArguments();
const minutes = Number(values.minutes);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0 || !(minutes > 0)) {
  for (const name of unknown)
    console.error(`fuzz: there is no target ${name}; there are ${names.join(", ")}`);
  if (!(minutes > 0)) console.error(`fuzz: --minutes ${values.minutes}: a number above 0`);
  process.exitCode = 2;
} else await fuzzAll(positionals.length > 0 ? positionals : names);

async function fuzzAll(chosen: readonly string[]): Promise<void> {
  const why = missing();
  if (why) console.log(`Not guided by coverage, at random only: ${why}`);
  const bundle = await bundleTargets();
  const broken: string[] = [];
  for (const name of chosen) {
    const options = { minutes, bundle, guided: why === undefined };
    const found = DOORS.includes(name) ? await fuzzDoor(name, minutes) : await fuzzTarget(name, options);
    console.log(`${found ? "✗" : "✓"} ${name}`);
    if (found) broken.push(name);
  }
  if (broken.length > 0)
    console.log(`Broken: ${broken.join(", ")}. Run npm run fuzz -- NAME again to see it.`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

function readArguments() {
  const options = {
    minutes: { type: "string", default: DEFAULT_MINUTES },
    help: { type: "boolean", default: false },
  } as const;
  try {
    const read = parseArgs({ options, allowPositionals: true });
    if (!read.values.help) return read;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    console.error(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
    return process.exit(2);
  }
}
