import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { buildApp } from "../tools/build.ts";

/** Builds the app once for the whole run. */
export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), "mooring-built-"));
  project.provide("builtApp", await buildApp(directory));
  return () => rm(directory, { recursive: true, force: true });
}

/** The built app in `directory`, which it makes, for a test that may change it; gives the directory. */
export async function appIn(directory: string): Promise<string> {
  await cp(inject("builtApp"), directory, { recursive: true });
  return directory;
}

declare module "vitest" {
  interface ProvidedContext {
    builtApp: string;
  }
}
