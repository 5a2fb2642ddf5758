import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { ACCOUNT, KEY, startStorage } from "../dev/sandbox/storage/startStorage.ts";

/** More than the run's files and hosts need. */
const ACCOUNTS = Array.from({ length: 200 }, (_, index) => `mooring${1000 + index}`);

/**
 * One Azurite in memory for the run, on free ports. Tests of ports are isolated by table, queue and container names; those of the
 * app, whose names are fixed, by accounts.
 */
export default async function setup(project: TestProject) {
  const taken = await mkdtemp(join(tmpdir(), "mooring-accounts-"));
  const accounts = [ACCOUNT, ...ACCOUNTS].map((name) => `${name}:${KEY}`).join(";");
  const storage = await startStorage({ process: { env: { ...process.env, AZURITE_ACCOUNTS: accounts } } });
  project.provide("storage", storage.connectionString);
  project.provide("takenAccounts", taken);
  return async () => {
    await storage.stop();
    await rm(taken, { recursive: true, force: true });
  };
}

/** Connection string of an account that nothing else in the run uses; it is empty. */
export async function ownAccount(): Promise<string> {
  for (const name of ACCOUNTS) if (await takes(name)) return inject("storage").replaceAll(ACCOUNT, name);
  throw new Error(`all ${ACCOUNTS.length} accounts of the run are taken`);
}

async function takes(name: string): Promise<boolean> {
  return mkdir(join(inject("takenAccounts"), name)).then(
    () => true,
    () => false,
  );
}

declare module "vitest" {
  interface ProvidedContext {
    storage: string;
    takenAccounts: string;
  }
}
