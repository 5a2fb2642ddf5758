/**
 * Builds the artifacts that the hosts run, each by the build of its sources: those of this folder, of another
 * commit, or broken on purpose to prove that the soak would notice.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../../..");
const SOURCES = [
  "api",
  "functions",
  "shared",
  "dev/tools",
  "web",
  "host.json",
  "package.json",
  "tsconfig.json",
];
/** Hosts ask an empty queue again after at most this long: minutes are jumped over, and five seconds would be most of the soak. */
const POLLING = { maxPollingInterval: "00:00:01" };

export interface Spoil {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Gives the folder of the artifact. */
export async function buildHere(output: string, spoil?: Spoil): Promise<string> {
  const sources = `${output}-sources`;
  await mkdir(sources, { recursive: true });
  for (const name of SOURCES) await cp(join(ROOT, name), join(sources, name), { recursive: true });
  if (spoil) await spoilt(sources, spoil);
  return build(sources, output);
}

/** The artifact of another commit. @throws Error if there is no git, no such commit, or if it does not build */
export async function buildCommit(output: string, commit: string): Promise<string> {
  const sources = `${output}-sources`;
  await mkdir(sources, { recursive: true });
  const archive = join(sources, "archive.tar");
  await run("git", ["archive", "--output", archive, commit], { cwd: ROOT });
  await run("tar", ["-xf", archive, "-C", sources]);
  return build(sources, output);
}

async function spoilt(sources: string, { file, from, to }: Spoil): Promise<void> {
  const path = join(sources, file);
  const text = await readFile(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no "${from}" any more: update the replacement`);
  await writeFile(path, text.replaceAll(from, to));
}

async function build(sources: string, output: string): Promise<string> {
  await rm(join(sources, "node_modules"), { recursive: true, force: true });
  await symlink(join(ROOT, "node_modules"), join(sources, "node_modules"));
  await run(process.execPath, [join(sources, "dev/tools/build.ts")], { cwd: sources });
  await cp(join(sources, "dist"), output, { recursive: true });
  await rm(sources, { recursive: true, force: true });
  await pollOften(join(output, "host.json"));
  return output;
}

async function pollOften(path: string): Promise<void> {
  const host = JSON.parse(await readFile(path, "utf8"));
  Object.assign(host.extensions.queues, POLLING);
  await writeFile(path, JSON.stringify(host));
}
