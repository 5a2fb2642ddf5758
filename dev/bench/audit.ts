/**
 * A complete audit compared with only paging the lists that it reads: time, calls of ARM, writes when nothing
 * changed, and memory on a small estate and on ones many times as large.
 */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createArm } from "../sandbox/arm/server.ts";
import { certificates } from "../sandbox/identity/certificate.ts";
import { issueToken } from "../sandbox/identity/token.ts";
import { bundle } from "../tools/build.ts";
import type { Asked, Told } from "./audit/auditor.ts";
import { fillSubscriptions, subscriptionId } from "./audit/estate.ts";
import type { Bench, Figure } from "./figures.ts";

/** As many as are audited side by side: with fewer, memory would be smaller for that reason alone. */
const FEW = 4;
/** 5,000 load balancers, 2,000 Private Link Services, 200 subnets, 100,000 addresses. */
const SUBSCRIPTIONS = 20;
/** A page of Azure's lists takes longer than that. */
const ARM_MILLISECONDS = 100;
/** Left alone, V8 takes what the machine has before it cleans up; what an audit needs shows when it may not. */
const SMALL_HEAP_MEBIBYTES = 64;

/** However large the estate is. */
const MOST_MEBIBYTES = 200;

export async function audit(bench: Bench): Promise<Figure[]> {
  await bundle({ auditor: join(import.meta.dirname, "audit/auditor.ts") }, bench.directory);
  const sizes = bench.isFull ? [FEW, SUBSCRIPTIONS, SUBSCRIPTIONS * 5] : [FEW, SUBSCRIPTIONS];
  const figures = [];
  for (const size of sizes) figures.push(...(await measure(bench, size)));
  return figures;
}

async function measure({ directory, connection }: Bench, size: number): Promise<Figure[]> {
  const ids = Array.from({ length: size }, (_, n) => subscriptionId(n));
  let calls = 0;
  const arm = await createArm({
    subscriptions: Object.fromEntries(ids.map((id) => [id, "bench"])),
    operationMilliseconds: 0,
    pageSize: 500,
    record: () => void (calls += 1),
  });
  await fillSubscriptions(arm, size);
  const pem = await certificates(directory);
  const server = await arm.listen({ port: 0, ...pem });
  const { token } = issueToken({ objectId: "bench", applicationId: "bench", name: "bench" });
  const env = {
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: ids.join(","),
    MOORING_ARM_ENDPOINT: server.url,
    MOORING_TABLE_PREFIX: `audit${size}`,
    NODE_EXTRA_CA_CERTS: pem.caPath,
    BENCH_TOKEN: token,
  };
  /** Runs one task in a separate process. */
  const alone = async (what: Asked["do"], times = 1, flags: readonly string[] = []) => {
    const child = await auditor({ directory, env, flags });
    let told: Told | undefined;
    const before = calls;
    for (let n = 0; n < times; n += 1) told = await ask(child, what);
    child.kill();
    if (!told) throw new Error("no task was specified");
    return { ...told, calls: (calls - before) / times };
  };
  await alone("declare");
  await alone("scan");
  const first = await alone("audit");
  const beside = async () => ({ bare: await alone("page", 2), steady: await alone("audit", 2) });
  const atOnce = await beside();
  arm.faults.add({ action: { kind: "latency", milliseconds: ARM_MILLISECONDS } });
  const inTime = await beside();
  const small = await alone("audit", 1, [`--max-old-space-size=${SMALL_HEAP_MEBIBYTES}`]);
  await server.close();
  const title = `audit of ${size} subscriptions, ${size * 250} load balancers, ${size * 100} Private Link Services, ${size * 5000} addresses`;
  return figuresOf(title, { first, atOnce, inTime, small });
}

type Alone = Told & { readonly calls: number };
interface Pair {
  readonly bare: Alone;
  readonly steady: Alone;
}
interface Measured {
  readonly first: Alone;
  readonly atOnce: Pair;
  readonly inTime: Pair;
  readonly small: Alone;
}

function figuresOf(title: string, { first, atOnce, inTime, small }: Measured): Figure[] {
  const paging = (value: number) => ({ what: "bare paging", value });
  const time = (when: string, { bare, steady }: Pair, ratio: number): Figure => ({
    name: `${title}, nothing changed, ${when}`,
    unit: "ms",
    ours: steady.milliseconds,
    floor: paging(bare.milliseconds),
    aim: { ratio },
  });
  const { bare, steady } = atOnce;
  return [
    { name: `${title}, the first, ${first.findings} findings`, unit: "ms", ours: first.milliseconds },
    time("ARM answers at once", atOnce, 3),
    time(`ARM answers in ${ARM_MILLISECONDS} ms a page`, inTime, 1.5),
    {
      name: `${title}: of ARM`,
      unit: "calls",
      ours: steady.calls,
      floor: paging(bare.calls),
      aim: { ratio: 2 },
    },
    { name: `${title}: reads of tables`, unit: "calls", ours: steady.reads },
    { name: `${title}: writes to tables`, unit: "calls", ours: steady.writes },
    memory(`${title}: at most in memory`, steady, bare),
    memory(`${title}: at most in memory with a heap of ${SMALL_HEAP_MEBIBYTES} MiB`, small, bare),
  ];
}

function memory(name: string, ours: Alone, bare: Alone): Figure {
  const floor = { what: "bare paging", value: bare.peakMebibytes };
  return { name, unit: "MiB", ours: ours.peakMebibytes, floor, aim: { value: MOST_MEBIBYTES } };
}

interface Start {
  readonly directory: string;
  readonly env: Record<string, string>;
  /** Of Node. */
  readonly flags: readonly string[];
}

async function auditor({ directory, env, flags }: Start): Promise<ChildProcess> {
  const child = fork(join(directory, "auditor.mjs"), {
    env: { ...process.env, ...env },
    execArgv: [...flags],
  });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the auditor ended with code ${code}`)));
  });
  return child;
}

function ask(child: ChildProcess, what: Asked["do"]): Promise<Told> {
  return new Promise((resolve, reject) => {
    child.once("message", (told) => resolve(told as Told));
    child.once("exit", (code) =>
      reject(new Error(`the auditor ended with code ${code} while it was to ${what}`)),
    );
    child.send({ do: what } satisfies Asked);
  });
}
