import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildArtifact } from "../dev/tools/build.ts";
import { buildCli } from "./builtCli.ts";
import { offerWorld } from "./seededWorld.ts";

/**
 * What all files of the run share: the built app, the bundled command line, the seeded world, and what V8
 * compiled of the modules of the many processes.
 */
export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), "mooring-built-"));
  process.env["NODE_COMPILE_CACHE"] ??= join(directory, "compiled");
  // Of the hosts of the run: an idle queue is polled every second, not every five.
  process.env["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] ??= "00:00:01";
  const [app, metafile] = [join(directory, "app"), join(directory, "metafile.json")];
  const [built, cli] = await Promise.all([buildArtifact(app), buildCli(join(directory, "cli"))]);
  await writeFile(metafile, JSON.stringify(built));
  project.provide("builtApp", app);
  project.provide("metafile", metafile);
  project.provide("builtCli", cli);
  const world = await offerWorld({ app, cli, state: join(directory, "world") });
  project.provide("seededWorld", world.url);
  return async () => {
    world.close();
    // A process that has just ended may still be writing what it compiled.
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  };
}

declare module "vitest" {
  interface ProvidedContext {
    builtApp: string;
    metafile: string;
    builtCli: string;
    seededWorld: string;
  }
}
