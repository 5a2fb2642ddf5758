/**
 * Decisions about static addresses beside the same number of bare Table point reads, two a decision; what needs no storage; and, for
 * scale, a webhook server of another project with a rule in memory.
 */
import { admit } from "../../shared/admission/admit.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { cluster, connectedRun, countTableCalls, fillInventory, takenAddress, SUBNET } from "./inventory.ts";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { quantile, type Bench, type Figure } from "./figures.ts";
import { measure, type Measured } from "./measure.ts";
import { served } from "./peer/served.ts";
import { asking, plain, review } from "./reviews.ts";

const CLIENTS = [1, 8, 64];
const SIZES = [1000, 100_000];
/** Takes minutes to load. */
const FULL_SIZE = 1_000_000;

/** A decision reads once and writes twice; a floor that only reads is what a webhook that remembers nothing would need. */
const RATE_RATIO = 3;
const P99_RATIO = 3;

export async function admission(bench: Bench): Promise<Figure[]> {
  const figures = [];
  const sizes = bench.isFull ? [...SIZES, FULL_SIZE] : SIZES;
  for (const size of sizes) figures.push(...(await beside(connectedRun(bench, `bench${size}`), size)));
  return [...figures, ...(await withoutStorage(connectedRun(bench, "benchquiet"))), ...(await served(bench))];
}

async function beside(run: Run, size: number): Promise<Figure[]> {
  await fillInventory(run, size);
  await admit(run, cluster, review(asking(1, 0)));
  const figures = [];
  for (const [index, clients] of CLIENTS.entries()) {
    const bare = await measure(clients, (n) => bareReads(run, n));
    const ours = await measure(clients, (n) => admit(run, cluster, review(asking(index + 2, n))));
    const title = `decisions, ${size.toLocaleString("en-US")} addresses taken, ${clients} at once`;
    figures.push(...pair(title, ours, bare));
  }
  return figures;
}

function pair(title: string, ours: Measured, bare: Measured): Figure[] {
  const what = "two bare reads";
  const slow = (measured: Measured) => quantile(measured.each, 0.99);
  return [
    {
      name: title,
      unit: "/s",
      ours: ours.rate,
      floor: { what, value: bare.rate },
      aim: { ratio: RATE_RATIO },
    },
    {
      name: `${title}, p99`,
      unit: "ms",
      ours: slow(ours),
      floor: { what, value: slow(bare) },
      aim: { ratio: P99_RATIO },
    },
  ];
}

async function bareReads(run: Run, n: number): Promise<void> {
  for (const index of [n, n + 500])
    await run.ports.tables.addresses.get(SUBNET.toLowerCase(), addressKey(takenAddress(index)));
}

/** Services that are none of our business, and updates that change nothing. */
async function withoutStorage(run: Run): Promise<Figure[]> {
  await fillInventory(run, 0);
  const service = asking(1, 0);
  const cases = {
    "another type of Service": review(plain()),
    "an update that changes nothing of ours": review(service, service),
  };
  const figures: Figure[] = [];
  for (const [name, one] of Object.entries(cases)) {
    const { calls, run: counted } = countTableCalls(run);
    const { rate } = await measure(1, () => admit(counted, cluster, one));
    figures.push({ name, unit: "/s", ours: rate });
    figures.push({ name: `${name}: of storage`, unit: "calls", ours: calls(), aim: { value: 0 } });
  }
  return figures;
}
