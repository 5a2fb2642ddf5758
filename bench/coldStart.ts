/** From the start of a host process until its app is loaded and listening, and until its first answer; medians of alternating runs. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { startHostProcess } from "../sandbox/start/host.ts";
import { buildApp } from "../tools/build.ts";
import { milli, milliseconds, quantile, type Bench } from "./figures.ts";

const RUNS = 9;
const EMPTY =
  'import { app } from "@azure/functions"; app.http("health", { route: "health", handler: async () => ({ jsonBody: { status: "ok" } }) });';

interface Start {
  loaded: number;
  answered: number;
}

export async function coldStart({ directory, connection }: Bench): Promise<string[]> {
  const apps = {
    empty: await emptyApp(join(directory, "empty")),
    mooring: await buildApp(join(directory, "app")),
  };
  const starts: Record<keyof typeof apps, Start[]> = { empty: [], mooring: [] };
  for (let run = 0; run < RUNS; run += 1)
    for (const name of ["empty", "mooring"] as const)
      starts[name].push(await start(apps[name], directory, connection));
  const median = (name: keyof typeof apps, what: keyof Start) =>
    quantile(
      starts[name].slice(1).map((one) => one[what]),
      0.5,
    );
  return (["loaded", "answered"] as const).map((what) => {
    const [floor, ours] = [median("empty", what), median("mooring", what)];
    return `${what === "loaded" ? "app loaded and listening" : "first answer of health (Mooring's asks storage)"}: empty app ${milli(floor)}, Mooring ${milli(ours)}, ratio ${(ours / floor).toFixed(2)}`;
  });
}

async function start(app: string, state: string, connection: string): Promise<Start> {
  const settings = {
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: "11111111-1111-4111-8111-111111111111",
    MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
  };
  const began = performance.now();
  const host = await startHostProcess({ app, port: 0, state, settings });
  const loaded = performance.now() - began;
  const first = await milliseconds(() => fetch(`${host.url}/api/health`));
  host.process.kill("SIGKILL");
  return { loaded, answered: loaded + first };
}

/** One function, built as ours are. */
async function emptyApp(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const banner = {
    js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);',
  };
  await build({
    stdin: { contents: EMPTY, resolveDir: import.meta.dirname },
    outfile: join(directory, "main.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: ["@azure/functions-core"],
    banner,
  });
  await writeFile(join(directory, "package.json"), JSON.stringify({ type: "module", main: "main.mjs" }));
  await writeFile(join(directory, "host.json"), JSON.stringify({ version: "2.0" }));
  return directory;
}
