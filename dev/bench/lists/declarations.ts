/**
 * Memory of one list of 50,000 Services through the declarations route, in the pages that Mooring requests: the most that the process takes
 * above idle. The floor reads the same pages and parses them, with nothing of Mooring. The API server and storage are other processes.
 */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../../shared/declarations/clusterModel.ts";
import { receiveDeclarations } from "../../../shared/declarations/receive.ts";
import { claimsOfCluster } from "../../../shared/inventory/confirmClaims.ts";
import { defaultPolicy } from "../../../shared/policy/policy.ts";
import type { Run } from "../../../shared/ports/ports.ts";
import type { Bench, Figure } from "../figures.ts";
import { cluster, connectedRun } from "../inventory.ts";

const SERVICES = 50_000;
/** Small and complete: whatever is loaded or compiled once is there when it is idle. */
const WARM_UP = 2000;
const MOST_MEBIBYTES = 64;
const SAMPLE_MILLISECONDS = 2;
const MEBIBYTE = 1024 * 1024;

/**
 * One Service of how many is of type LoadBalancer. All of them are more than Azure's load balancers take: what is above the floor then is
 * mostly the answer of storage with all staged pages, which Azure cuts at 4 MiB and Azurite does not.
 */
const KINDS = [
  { what: "one in 50 of type LoadBalancer", every: 50, aim: { value: MOST_MEBIBYTES } },
  { what: "all of type LoadBalancer", every: 1 },
] as const;

export async function declarations(bench: Bench): Promise<Figure[]> {
  const server = fork(join(import.meta.dirname, "apiServer.ts"));
  const port = await new Promise<number>((resolve) => server.once("message", resolve));
  try {
    const figures: Figure[] = [];
    for (const { what, every, ...aim } of bench.isFull ? KINDS : KINDS.slice(0, 1)) {
      const place = {
        url: `http://127.0.0.1:${port}/?every=${every}`,
        run: connectedRun(bench, `lists${every}`),
      };
      figures.push({ ...(await ofLists(what, place)), ...aim });
    }
    return figures;
  } finally {
    await ended(server);
  }
}

async function ended(server: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => server.once("exit", resolve));
  server.kill();
  await exit;
}

interface Place {
  readonly url: string;
  readonly run: Run;
}

async function ofLists(what: string, { url, run }: Place): Promise<Figure> {
  const { identity: _none, ...bare } = cluster;
  await run.ports.tables.clusters.transact("all", [{ do: "put", key: bare.name, value: bare }]);
  const post = (services: number) => list(run, bare, `${url}&services=${services}`);
  await post(WARM_UP);
  const floor = await aboveIdle(() => readAll(`${url}&services=${SERVICES}`));
  const ours = await aboveIdle(() => post(SERVICES));
  return {
    name: `list of ${SERVICES.toLocaleString("en-US")} Services, ${what}: memory above idle`,
    unit: "MiB",
    ours,
    floor: { what: "pages read and parsed", value: floor },
  };
}

/** The most that the process takes while it works, above what it took before. */
async function aboveIdle(work: () => Promise<void>): Promise<number> {
  for (let n = 0; n < 3; n += 1) {
    global.gc?.();
    await sleep(300);
  }
  const idle = process.memoryUsage.rss();
  let most = idle;
  const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), SAMPLE_MILLISECONDS);
  await work();
  clearInterval(sampling);
  return (most - idle) / MEBIBYTE;
}

async function readAll(url: string): Promise<void> {
  let from: string | undefined = "0";
  while (from !== undefined) {
    const body = await read(`${url}&limit=500&continue=${from}`);
    const { metadata } = JSON.parse(body) as { metadata: { continue?: string } };
    from = metadata.continue;
  }
}

async function read(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function list(run: Run, registered: Cluster, url: string): Promise<void> {
  const followUp = { claim: claimsOfCluster(run, registered) };
  let answer = await receiveDeclarations(run, registered, {
    post: { body: "" },
    policy: defaultPolicy,
    followUp,
  });
  do {
    const post = { sequence: answer.sequence, status: 200, body: await read(`${url}&${answer.query}`) };
    answer = await receiveDeclarations(run, registered, { post, policy: defaultPolicy, followUp });
  } while (answer.outcome === "page staged");
  if (answer.outcome !== "list complete")
    throw new Error(`${answer.outcome}: ${answer.problems?.join("; ")}`);
}
