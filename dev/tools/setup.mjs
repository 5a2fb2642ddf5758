/**
 * Installs what is missing, before `npm start`, `npm test` and the demo. Runs on Node 20 or later and uses
 * nothing that has to be installed. Quick when there is nothing to do: it compares what npm recorded in
 * node_modules with package-lock.json, so that a plain `npm ci` counts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const OLDEST_NODE = 20;
const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE)
  fail(`Node ${OLDEST_NODE} or later is needed; this is ${process.versions.node}`);
if (!isInstalled()) install();

function isInstalled() {
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  const locked = readPackages(join(root, "package-lock.json"));
  if (!installed || !locked || !existsSync(join(root, "node_modules", ".bin", "node"))) return false;
  const isLocked = Object.keys(installed).every((path) => path in locked);
  return isLocked && Object.entries(locked).every(([path, one]) => matches(one, installed[path]));
}

/** Packages by path, without the project itself; undefined where the file cannot be read. */
function readPackages(file) {
  try {
    const { "": _project, ...packages } = JSON.parse(readFileSync(file, "utf8")).packages;
    return packages;
  } catch {
    return undefined;
  }
}

function matches(locked, installed) {
  if (!installed) return locked.optional === true && !isForThisMachine(locked);
  return installed.version === locked.version && installed.integrity === locked.integrity;
}

/** Native packages for this machine are optional in the lock, but the build and the tests need them. */
function isForThisMachine({ os, cpu, libc }) {
  if (!os?.includes(process.platform) || !cpu?.includes(process.arch)) return false;
  return !libc || libc.includes(isMusl() ? "musl" : "glibc");
}

function isMusl() {
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

function install() {
  console.error("Installing what is missing (npm ci) …");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) fail("npm ci failed; its message is above. Is the npm registry reachable?");
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
