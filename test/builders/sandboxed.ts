/**
 * The seeded world, made once per run by the first file that needs it: the folder of a sandbox that was stopped when Mooring had scanned
 * its networks and nothing was under way. Each file starts a sandbox of its own from a copy.
 */
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";
import { firstScan } from "../../sandbox/start/firstScan.ts";
import { ANY_PORTS } from "../../sandbox/start/ports.ts";
import { startSandbox, type Sandbox } from "../../sandbox/start/startSandbox.ts";

/** A sandbox starts within it even on a busy machine. */
export const START_MILLISECONDS = 240_000;
const POLL_MILLISECONDS = 100;

export interface Sandboxed {
  readonly sandbox: Sandbox;
  /** Its folder, which goes with it. */
  readonly state: string;
  readonly close: () => Promise<void>;
}

/** A sandbox of a file's own: the built app, the seeded estate, any ports. */
export async function sandboxed(): Promise<Sandboxed> {
  const state = await mkdtemp(join(tmpdir(), "mooring-sandboxed-"));
  await cp(await seededState(), state, { recursive: true });
  const sandbox = await start(state);
  const close = async () => {
    await sandbox.stop();
    await rm(state, { recursive: true, force: true });
  };
  return { sandbox, state, close };
}

function start(state: string): Promise<Sandbox> {
  return startSandbox({ app: inject("builtApp"), cli: inject("builtCli"), state, ports: ANY_PORTS });
}

/** The folder to copy. @throws Error if the file that makes it fails, or does not end in time */
async function seededState(): Promise<string> {
  const folder = inject("seededWorld");
  const [state, ready] = [join(folder, "state"), join(folder, "ready")];
  if (await isFirst(folder)) {
    await seed(state);
    await writeFile(ready, "");
  }
  const deadline = Date.now() + START_MILLISECONDS;
  while (!(await exists(ready))) {
    if (Date.now() > deadline) throw new Error("another file did not make the seeded world in time");
    await delay(POLL_MILLISECONDS);
  }
  return state;
}

async function isFirst(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function seed(state: string): Promise<void> {
  const sandbox = await start(state);
  try {
    await sandbox.arm.idle();
    await sandbox.events.idle();
    await firstScan(sandbox.hostUrl);
  } finally {
    await sandbox.stop();
  }
  // Logs are of one sandbox; timers of a copy fire when it is their time.
  for (const name of ["host.log", "timers.json"]) await rm(join(state, name), { force: true });
}
