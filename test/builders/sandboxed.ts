/** A sandbox of a test's own: the built app, the seeded estate, any ports, a folder that goes with it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ANY_PORTS } from "../../sandbox/start/ports.ts";
import { startSandbox, type Sandbox } from "../../sandbox/start/startSandbox.ts";
import { appIn } from "../builtApp.ts";

/** It starts within it even on a busy machine. */
export const START_MILLISECONDS = 240_000;

export async function sandboxed(): Promise<{ sandbox: Sandbox; state: string; close: () => Promise<void> }> {
  const state = await mkdtemp(join(tmpdir(), "mooring-sandboxed-"));
  const app = await appIn(join(state, "app"));
  const sandbox = await startSandbox({ app, state, ports: ANY_PORTS });
  const close = async () => {
    await sandbox.stop();
    await rm(state, { recursive: true, force: true });
  };
  return { sandbox, state, close };
}
