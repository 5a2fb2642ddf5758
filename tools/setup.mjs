/**
 * Installs what is missing, before `npm start`, `npm test` and the demo. Runs on the machine's own Node (20 or later) and uses nothing
 * that has to be installed. Quick when there is nothing to do.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OLDEST_NODE = 20;
const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const marker = join(root, "node_modules", ".mooring-installed");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE)
  fail(`Node ${OLDEST_NODE} or later is needed; this is ${process.versions.node}`);
if (!isInstalled()) install();

function isInstalled() {
  return (
    existsSync(join(root, "node_modules", ".bin", "node")) &&
    existsSync(marker) &&
    readFileSync(marker, "utf8") === wanted
  );
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
  writeFileSync(marker, wanted);
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
