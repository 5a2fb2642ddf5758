/**
 * `npm run soak -- [--minutes N] [--seed N] [--only world|adversary|load] [--older COMMIT] [--prove]`: the
 * deployable artifact under load and faults, judged from outside. Exit code 0 if no invariant was violated, 1
 * if one was, 2 if arguments are invalid.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prove } from "./prove.ts";
import { soakLoad } from "./load.ts";
import { printLoad, printReport } from "./report.ts";
import { soakWorld } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");
const PARTS = ["world", "adversary", "load"] as const;
const BY_DEFAULT = ["world", "adversary"] as const;
const ADVERSARIES = [
  "test/orphans/adversary.test.ts",
  "test/pls/widening.test.ts",
  "test/inventory/claimModel.test.ts",
];
const REMOVALS = ["test/orphans/guards.test.ts", "test/pls/guards.test.ts"];
const HELP = `npm run soak -- [options]

  --minutes <n>      no new episode begins after so many minutes (10)
  --episodes <n>     at most so many episodes
  --seed <n>         determines events and their order (default: random, printed)
  --only <part>      world: the artifact under load and faults; adversary: 50,000 schedules each against the sweep, against
                     writes to Private Link Services and against claims; load: 200 clusters create Services during hostile
                     and large lists and faults (only with --only load)
  --commit <commit>  of which the artifact is built (the folder as it is)
  --older <commit>   of which the second host's artifact is built (the same)
  --rate <n>         admissions per second of all clusters in the load test (20)
  --prove            spoils the artifact in several ways, one by one, and fails unless each is found out;
                     with --only adversary: removes each guard of a delete or of wider access, and fails unless an invariant breaks
`;

const OPTIONS = {
  minutes: { type: "string", default: "10" },
  episodes: { type: "string" },
  seed: { type: "string" },
  rate: { type: "string", default: "20" },
  only: { type: "string" },
  commit: { type: "string" },
  older: { type: "string" },
  prove: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

interface Asked {
  readonly minutes: number;
  readonly episodes: number;
  readonly seed: number;
  readonly rate: number;
  readonly only: readonly string[];
  readonly prove: boolean;
  readonly commit?: string;
  readonly older?: string;
}

const asked = readArguments();
if (asked) process.exitCode = await main(asked);

async function main({ only, seed, prove: isProof, ...options }: Asked): Promise<number> {
  const say = (line: string) => console.log(line);
  if (isProof) return proveParts({ only, seed, say });
  let code = 0;
  if (only.includes("adversary")) code = await runTests(ADVERSARIES);
  if (only.includes("world")) {
    const report = await soakWorld({ seed, say, ...options });
    printReport(report, say);
    code = Math.max(code, report.violations.length === 0 ? 0 : 1);
  }
  if (only.includes("load")) {
    const report = await soakLoad({ seed, say, ...options });
    printLoad(report, say);
    code = Math.max(code, report.violations.length === 0 ? 0 : 1);
  }
  return code;
}

async function proveParts({
  only,
  seed,
  say,
}: Pick<Asked, "only" | "seed"> & { say: (line: string) => void }) {
  const ofGuards = only.includes("adversary") ? await runTests(REMOVALS) : 0;
  const ofWorld = only.includes("world") ? await prove({ seed, say }) : 0;
  return Math.max(ofGuards, ofWorld);
}

function runTests(paths: readonly string[]): Promise<number> {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...paths], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, MOORING_SCHEDULES: "50000" },
  });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}

function readArguments(): Asked | undefined {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (!values.help) return toAsked(values);
    console.log(HELP);
  } catch (error) {
    console.error(`npm run soak: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

/** @throws Error naming what is wrong */
function toAsked({ minutes, episodes, seed, rate, only, prove, commit, older }: Values): Asked {
  if (only !== undefined && !PARTS.some((part) => part === only))
    throw new Error(
      `--only: there is no part ${only}; there are ${PARTS.slice(0, -1).join(", ")} and ${PARTS.at(-1)}`,
    );
  return {
    minutes: number("minutes", minutes),
    rate: number("rate", rate),
    episodes: episodes === undefined ? Infinity : number("episodes", episodes),
    seed: seed === undefined ? Date.now() % 1_000_000 : number("seed", seed),
    only: only === undefined ? BY_DEFAULT : [only],
    prove,
    ...(commit !== undefined && { commit }),
    ...(older !== undefined && { older }),
  };
}

/** @throws Error if the text is no number from 0 up */
function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new Error(`--${name}: ${text} is no number from 0 up`);
}
