/**
 * Time from the start of a host process, and from the moment when a warm host gets its app, until the first
 * answer; medians of alternating runs beside apps that do the least, built as ours is.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { registerCluster } from "../../shared/declarations/registry.ts";
import { buildApp, bundle } from "../tools/build.ts";
import type { Specialize } from "./cold/worker.ts";
import { milliseconds, quantile, type Aim, type Bench, type Figure } from "./figures.ts";
import { cluster, connectedRun, fillInventory, SUBSCRIPTION } from "./inventory.ts";
import { asking, document } from "./reviews.ts";

const RUNS = 15;
const FLOORS = ["empty", "hollow", "storing"] as const;
type App = (typeof FLOORS)[number] | "mooring";

/** The first request, and the apps that get it. */
interface Case {
  readonly name: string;
  readonly floor: (typeof FLOORS)[number];
  readonly floorIs: string;
  readonly aim: Aim;
  readonly path: string;
  readonly body?: () => object;
}

const EMPTY_APP = "empty app";

export async function coldStart(bench: Bench): Promise<Figure[]> {
  const [apps, token] = [await buildAll(bench.directory), await prepare(bench)];
  const live = { path: "/api/health/live", aim: { ratio: 1.1 } };
  const cases: Case[] = [
    { name: "a function without dependencies", floor: "empty", floorIs: EMPTY_APP, ...live },
    {
      name: "the same function",
      floor: "hollow",
      floorIs: "app of as many functions that do nothing",
      ...live,
    },
    {
      name: "health, which reads a row",
      floor: "storing",
      floorIs: "one read by the SDK",
      path: "/api/health",
      aim: { ratio: 1.5 },
    },
    {
      name: "an admission with a static address",
      floor: "storing",
      floorIs: "one read and two writes by the SDK",
      path: `/api/admit/${cluster.name}/${token}`,
      body: () => document(asking(1, next())),
      aim: { ratio: 2 },
    },
  ];
  const figures = [];
  for (const one of cases) figures.push(...(await compare(bench, apps, one)));
  return figures;
}

let asked = 0;
/** Another address each time. */
function next(): number {
  asked += 1;
  return asked;
}

async function buildAll(directory: string): Promise<Record<App, string>> {
  // A bundle, as the platform's own worker is.
  await bundle({ worker: join(import.meta.dirname, "cold/worker.ts") }, directory);
  const apps: Partial<Record<App, string>> = { mooring: await buildApp(join(directory, "mooring")) };
  for (const name of FLOORS) {
    const output = join(directory, name);
    await bundle({ main: join(import.meta.dirname, `cold/floors/${name}.ts`) }, output);
    await writeFile(join(output, "package.json"), JSON.stringify({ type: "module", main: "main.mjs" }));
    await writeFile(join(output, "host.json"), JSON.stringify({ version: "2.0" }));
    apps[name] = output;
  }
  return apps as Record<App, string>;
}

/** What both sides read. Gives the cluster's token. */
async function prepare(bench: Bench): Promise<string> {
  const floor = TableClient.fromConnectionString(bench.connection, "coldfloor", {
    allowInsecureConnection: true,
  });
  await floor.createTable();
  await floor.createEntity({ partitionKey: "p", rowKey: "k" });
  const run = connectedRun(bench, "mooring");
  await fillInventory(run, 1000);
  const { tokens: _, registeredAtUtc: __, ...registration } = cluster;
  return (await registerCluster(run, { ...registration, unchecked: "benchmark" })).token;
}

type Start = (app: string, bench: Bench, one: Case) => Promise<number>;

async function compare(bench: Bench, apps: Record<App, string>, one: Case): Promise<Figure[]> {
  const figures = [];
  for (const [how, start] of [
    ["new process", fromNothing],
    ["warm worker that gets its app", specialized],
  ] as const) {
    const { floor, ours } = await alternate(bench, apps, one, start);
    const name = `${how}, until the first answer of ${one.name}`;
    figures.push({
      name,
      unit: "ms" as const,
      ours,
      floor: { what: one.floorIs, value: floor },
      aim: one.aim,
    });
  }
  return figures;
}

async function alternate(
  bench: Bench,
  apps: Record<App, string>,
  one: Case,
  start: Start,
): Promise<{ floor: number; ours: number }> {
  const [floor, ours]: [number[], number[]] = [[], []];
  // What a machine does for the first time is slower: that run does not count.
  for (let run = 0; run <= RUNS; run += 1) {
    floor.push(await start(apps[one.floor], bench, one));
    ours.push(await start(apps.mooring, bench, one));
  }
  return { floor: quantile(floor.slice(1), 0.5), ours: quantile(ours.slice(1), 0.5) };
}

/** Both begin with a worker: one that must be started, and one that is there. */
async function fromNothing(app: string, bench: Bench, one: Case): Promise<number> {
  const began = performance.now();
  const worker = await startWorker(bench);
  await answered(worker, app, bench, one);
  const took = performance.now() - began;
  worker.kill("SIGKILL");
  return took;
}

async function specialized(app: string, bench: Bench, one: Case): Promise<number> {
  const worker = await startWorker(bench);
  const took = await milliseconds(() => answered(worker, app, bench, one));
  worker.kill("SIGKILL");
  return took;
}

async function startWorker({ directory }: Bench): Promise<ChildProcess> {
  const worker = fork(join(directory, "worker.mjs"), { execArgv: [] });
  await once(worker, "message");
  return worker;
}

async function answered(worker: ChildProcess, app: string, bench: Bench, one: Case): Promise<void> {
  const listening = once(worker, "message");
  worker.send({ app, settings: settingsOf(bench) } satisfies Specialize);
  const [port] = (await listening) as [number];
  await ask(`http://127.0.0.1:${port}`, one);
}

function settingsOf({ connection }: Bench): Record<string, string> {
  return {
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
  };
}

/** @throws Error if the answer is not the good one: a fast refusal is no fast answer */
async function ask(url: string, { path, body }: Case): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(
    `${url}${path}`,
    body && { method: "POST", headers, body: JSON.stringify(body()) },
  );
  const text = await response.text();
  const isGood = body ? text.includes('"allowed":true') : text.includes('"ok"');
  if (!response.ok || !isGood) throw new Error(`${path}: ${response.status} ${text}`);
}
