/**
 * `npm test`: every check and every test, then one line `N passed, N failed`. Each check counts as one.
 * Nothing is skipped when something fails, so that one run tells everything.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditPackages } from "./audit/auditPackages.ts";
import { findChromium, missingForDeploy } from "./programs.ts";

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const CHECKS: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ["format", "prettier", "--check", "."],
  ["lint and layers", "oxlint"],
  ["types", "tsc", "--noEmit", "-p", "."],
  ["types of the dashboard", "tsc", "--noEmit", "-p", "web"],
  ["dead code", "knip"],
  ["generated documents", "node", "tools/docs.ts", "--check"],
];

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");
const env = { ...process.env, PATH: `${BIN}:${process.env["PATH"] ?? ""}` };

const checks: Tally[] = [];
for (const check of CHECKS) checks.push(await runCheck(check));
// Told, never counted: what is found against a package today says nothing of this change.
for (const line of (await auditPackages()).lines) console.log(`- ${line}`);
const missing = missingForDeploy();
if (missing.length > 0)
  console.log(`- test/deploy is left out: there is no ${missing.join(", no ")} on this machine`);
if (findChromium() === undefined)
  console.log("- test/browser is left out: there is no Chromium on this machine");
const total = sum([...checks, await runTests()]);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runCheck([title, command, ...args]: (typeof CHECKS)[number]): Promise<Tally> {
  const started = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? "✓" : "✗"} ${title} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runTests(): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), "mooring-test-"));
  const report = join(directory, "report.json");
  try {
    const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
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
