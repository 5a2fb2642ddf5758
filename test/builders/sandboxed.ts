/** A sandbox of a file's own: the built app, the seeded estate, any ports, a folder that goes with it. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { ANY_PORTS } from "../../dev/sandbox/start/ports.ts";
import { startSandbox, type Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { ON_REQUEST } from "../seededWorld.ts";

/** It starts within it even on a busy machine, and where it is the first of the run and the world is not seeded yet. */
export const START_MILLISECONDS = 290_000;

export interface Sandboxed {
  readonly sandbox: Sandbox;
  /** Its folder, which goes with it. */
  readonly state: string;
  readonly close: () => Promise<void>;
}

export async function sandboxed(): Promise<Sandboxed> {
  const seeded = await seededWorld();
  const state = await mkdtemp(join(tmpdir(), "mooring-sandboxed-"));
  await cp(seeded, state, { recursive: true });
  const [app, cli] = [inject("builtApp"), inject("builtCli")];
  const sandbox = await startSandbox({ app, cli, state, ports: ANY_PORTS, hostSettings: ON_REQUEST });
  const close = async () => {
    await sandbox.stop();
    await rm(state, { recursive: true, force: true });
  };
  return { sandbox, state, close };
}

/** The folder to copy. @throws Error with the reason if the world could not be seeded */
async function seededWorld(): Promise<string> {
  const response = await fetch(inject("seededWorld"));
  const text = await response.text();
  if (!response.ok) throw new Error(`the world could not be seeded: ${text}`);
  return text;
}
