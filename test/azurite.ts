import type { TestProject } from "vitest/node";
import { startStorage } from "../sandbox/storage/startStorage.ts";

/** One Azurite in memory for the whole run, on free ports; tests keep apart by table, queue and container names. */
export default async function setup(project: TestProject) {
  const storage = await startStorage();
  project.provide("storage", storage.connectionString);
  return () => storage.stop();
}

declare module "vitest" {
  interface ProvidedContext {
    storage: string;
  }
}
