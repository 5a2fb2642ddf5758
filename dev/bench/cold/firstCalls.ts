/**
 * Calls every function of the built app once, each in a worker that has just started, and reports the loaded
 * files.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { registerCluster } from "../../../shared/declarations/registry.ts";
import { serveArm } from "../../../test/builders/servedArm.ts";
import { testArm } from "../../../test/builders/arm.ts";
import { buildArtifact, bundle } from "../../tools/build.ts";
import type { Bench } from "../figures.ts";
import { cluster, connectedRun, fillInventory, SUBSCRIPTION } from "../inventory.ts";
import { piecesOf, type Piece } from "./artifact.ts";
import type { Asked, Told } from "./firstCall.ts";
import { firstTriggers } from "./firstTriggers.ts";

const PREFIX = "firstcall";

export interface FirstCall {
  readonly function: string;
  /** What it loaded of the artifact after the start. */
  readonly pieces: readonly Piece[];
  readonly milliseconds: number;
}

export interface FirstCalls {
  /** What every start loads. */
  readonly start: readonly Piece[];
  /** Of the app, by name. */
  readonly functions: readonly string[];
  readonly calls: readonly FirstCall[];
}

export interface Built {
  /** Folder of the app. */
  readonly app: string;
  readonly metafile: Metafile;
}

/**
 * Of the app that is given, or of one that it builds.
 * @throws Error if a function fails: its failure would have loaded less than its work does
 */
export async function firstCalls(
  { directory, connection }: Omit<Bench, "isFull">,
  built?: Built,
): Promise<FirstCalls> {
  await bundle({ firstCall: join(import.meta.dirname, "firstCall.ts") }, directory);
  const { app, metafile } = built ?? (await build(join(directory, "app")));
  const pieces = piecesOf(metafile, app);
  const token = await prepare(connection);
  const served = await serveArm(await testArm({ subscriptions: { [SUBSCRIPTION]: "bench" } }), directory);
  const env = {
    ...process.env,
    ...served.env,
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: PREFIX,
    MOORING_LOCAL_OPERATOR: "bench",
  };
  try {
    const calls: FirstCall[] = [];
    let [start, functions]: [readonly Piece[], readonly string[]] = [[], []];
    for (const [name, trigger] of Object.entries(firstTriggers(cluster.name, token))) {
      const told = await call(join(directory, "firstCall.mjs"), env, { app, function: name, trigger });
      if (told.failed !== undefined) throw new Error(`${name}: ${told.failed}`);
      const found = (paths: readonly string[]) => paths.flatMap((path) => pieces.get(path) ?? []);
      [start, functions] = [found(told.start), told.functions];
      calls.push({ function: name, pieces: found(told.call), milliseconds: told.milliseconds });
    }
    return { start, functions, calls };
  } finally {
    await served.close();
  }
}

async function build(app: string): Promise<Built> {
  return { app, metafile: await buildArtifact(app) };
}

/** Gives the cluster's token. */
async function prepare(connection: string): Promise<string> {
  const run = connectedRun({ connection, directory: "", isFull: false }, PREFIX);
  await fillInventory(run, 10);
  const { tokens: _, registeredAtUtc: __, ...registration } = cluster;
  return (await registerCluster(run, { ...registration, unchecked: "benchmark" })).token;
}

async function call(worker: string, env: NodeJS.ProcessEnv, asked: Asked): Promise<Told> {
  // Advanced: a body is bytes.
  const child = fork(worker, { env, execArgv: [], serialization: "advanced" });
  try {
    await once(child, "message");
    child.send(asked);
    const [told] = (await Promise.race([once(child, "message"), ended(child)])) as [Told];
    return told;
  } finally {
    child.kill("SIGKILL");
  }
}

async function ended(child: NodeJS.EventEmitter): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`the worker ended with code ${code}`);
}
