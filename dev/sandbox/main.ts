/** `npm start`: the local world, until Ctrl-C. */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { firstScan } from "./start/firstScan.ts";
import { welcome } from "./start/page.ts";
import { DEFAULT_PORTS, environmentName, FLAGS, takenPorts, type Ports } from "./start/ports.ts";
import { startSandbox } from "./start/startSandbox.ts";

const ROOT = join(import.meta.dirname, "../..");
const HELP = `npm start -- [options]

  --fresh              start from the beginning: delete the state of earlier starts
  --no-seed            an empty world
  --state <folder>     where the state lives (.mooring)
${(Object.keys(FLAGS) as (keyof Ports)[]).map((name) => `  ${`--${FLAGS[name]} <port>`.padEnd(20)} ${name} (${DEFAULT_PORTS[name]}), or ${environmentName(name)}`).join("\n")}
`;

const options = readOptions();
if (options) await main(options);

interface Options {
  ports: Ports;
  state: string;
  fresh: boolean;
  seed: boolean;
}

function readOptions(): Options | undefined {
  try {
    const flags = Object.fromEntries(Object.values(FLAGS).map((flag) => [flag, { type: "string" as const }]));
    const { values } = parseArgs({
      options: {
        ...flags,
        state: { type: "string" },
        fresh: { type: "boolean" },
        "no-seed": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const given = values as Record<string, string | boolean | undefined>;
    if (given["help"]) {
      console.log(HELP);
      return undefined;
    }
    return {
      ports: readPorts(given),
      state: resolve(ROOT, String(given["state"] ?? ".mooring")),
      fresh: given["fresh"] === true,
      seed: given["no-seed"] !== true,
    };
  } catch (error) {
    return refuse([error instanceof Error ? error.message : String(error)]);
  }
}

function readPorts(given: Record<string, string | boolean | undefined>): Ports {
  const names = Object.keys(FLAGS) as (keyof Ports)[];
  return Object.fromEntries(
    names.map((name) => {
      const text = `${given[FLAGS[name]] ?? process.env[environmentName(name)] ?? DEFAULT_PORTS[name]}`;
      if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
        throw new Error(`--${FLAGS[name]}: ${text} is not a port`);
      return [name, Number(text)];
    }),
  ) as unknown as Ports;
}

function refuse(problems: readonly string[]): undefined {
  for (const problem of problems) console.error(`npm start: ${problem}`);
  process.exitCode = 2;
}

async function main({ ports, state, fresh, seed }: Options): Promise<void> {
  const taken = await takenPorts(ports);
  if (taken.length > 0) return refuse(taken);
  if (fresh) await rm(state, { recursive: true, force: true });
  // A stop that is requested while it starts takes effect as soon as there is something to stop.
  const asked = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        if (process.exitCode === 130) process.exit(130);
        process.exitCode = 130;
        resolve("");
      });
  });
  const { buildApp } = await import("../tools/build.ts");
  const app = await buildApp(join(state, "app"));
  const progress = (step: string) => console.log(`  … ${step}`);
  const sandbox = await startSandbox({
    app,
    state,
    ports,
    seed,
    senders: "loop",
    progress,
  });
  if (seed) {
    progress("the first scan of its networks");
    await Promise.race([firstScan(sandbox.hostUrl), asked, sandbox.broken]);
  }
  console.log(welcome(sandbox));
  console.log("Mooring is ready");
  const why = await Promise.race([asked, sandbox.broken]);
  console.log(why ? `Stopping: ${why}` : "Stopping.");
  await sandbox.stop();
  process.exit(why ? 1 : 0);
}
