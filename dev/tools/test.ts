/**
 * `npm test`: every check and every test, then one line `N passed, N failed`. Each check counts as one.
 * Nothing is skipped when something fails, so that one run reports everything.
 * `npm test -- PATH`: only the tests whose path contains PATH, without the checks. Options of Vitest can follow.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { auditPackages } from "./audit/auditPackages.ts";
import { BICEP_VERSION, openCompiler } from "./infra/compiler.ts";
import { findChromium, missingForDeploy } from "./programs.ts";

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const CHECKS: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ["format", "prettier", "--check", "--cache", "--cache-strategy", "content", "."],
  ["lint and layers", "oxlint", "--deny-warnings"],
  ["types", "tsc", "--noEmit", "-p", "."],
  ["types of the dashboard", "tsc", "--noEmit", "-p", "web"],
  ["dead code", "knip"],
  ["generated documents", "node", "dev/tools/docs.ts", "--check"],
];

/** Most of them use one core. */
const CHECKS_AT_ONCE = 2;

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules", ".bin");
const env = { ...process.env, PATH: `${BIN}:${process.env["PATH"] ?? ""}` };

const filters = process.argv.slice(2);
const checks: Tally[] = [];
if (filters.length === 0) await runChecks();
const total = sum([...checks, await runTests(filters)]);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runChecks(): Promise<void> {
  const limit = pLimit(CHECKS_AT_ONCE);
  checks.push(...(await Promise.all(CHECKS.map((check) => limit(() => runCheck(check))))));
  await checkInfra();
  // Printed, but not counted: a new advisory for a package is independent of this change.
  for (const line of (await auditPackages()).lines) console.log(`- ${line}`);
  for (const { tests, programs } of missingForDeploy())
    console.log(`- ${tests} is left out: there is no ${programs.join(", no ")} on this machine`);
  if (findChromium() === undefined)
    console.log("- test/browser is left out: there is no Chromium on this machine");
}

async function checkInfra(): Promise<void> {
  const compiler = await openCompiler();
  if ("missing" in compiler) {
    console.log(`- infra/ is not compiled: ${compiler.missing}`);
    return;
  }
  checks.push(await runCheck(["infra/ by the Bicep compiler", "node", "dev/tools/infra/main.ts"]));
  if (compiler.version !== BICEP_VERSION)
    console.log(
      `- Bicep is ${compiler.version}: the results of ${BICEP_VERSION} in test/infra/ are not compared`,
    );
}

async function runCheck([title, command, ...args]: (typeof CHECKS)[number]): Promise<Tally> {
  const started = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? "✓" : "✗"} ${title} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runTests(filters: readonly string[]): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), "mooring-test-"));
  const report = join(directory, "report.json");
  try {
    const reporters = ["default", "json", ...(filters.length === 0 ? ["./dev/tools/slowestFiles.ts"] : [])];
    const args = [
      "run",
      ...filters,
      `--outputFile.json=${report}`,
      ...reporters.map((one) => `--reporter=${one}`),
    ];
    const { code } = await run("vitest", args, "inherit");
    return await readTally(report, code);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A run that ends badly with no failed test (a file that does not load, an unhandled error) still counts as one. */
async function readTally(report: string, code: number): Promise<Tally> {
  const text = await readFile(report, "utf8").catch(() => "{}");
  const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(text) as Record<string, number>;
  const silent = (code !== 0 && numFailedTests === 0) || numPassedTests + numFailedTests === 0;
  return { passed: numPassedTests, failed: numFailedTests + (silent ? 1 : 0) };
}

function run(command: string, args: readonly string[], output: "pipe" | "inherit" = "pipe") {
  return new Promise<{ code: number; output: string }>((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", output, output] });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output: text }));
  });
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }));
}
