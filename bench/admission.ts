/**
 * Decisions about static addresses beside the same number of bare Table point reads, two a decision; what needs no storage; and, for
 * scale, a webhook server of another project with a rule in memory.
 */
import { admit } from "../shared/gate/admit.ts";
import type { Run } from "../shared/ports.ts";
import { cluster, connectedRun, countTableCalls, fillInventory, takenAddress, SUBNET } from "./inventory.ts";
import { addressKey } from "../shared/addresses/key.ts";
import { quantile, type Bench } from "./figures.ts";
import { measure, told } from "./measure.ts";
import { served } from "./peer/served.ts";
import { asking, plain, review } from "./reviews.ts";

const CLIENTS = [1, 8, 64];
const SIZES = [1000, 100_000];
/** Takes minutes to load. */
const FULL_SIZE = 1_000_000;

export async function admission(bench: Bench): Promise<string[]> {
  const lines = [];
  const sizes = bench.isFull ? [...SIZES, FULL_SIZE] : SIZES;
  for (const size of sizes) lines.push(...(await beside(connectedRun(bench, `bench${size}`), size)));
  return [...lines, ...(await withoutStorage(connectedRun(bench, "benchquiet"))), ...(await served(bench))];
}

async function beside(run: Run, size: number): Promise<string[]> {
  await fillInventory(run, size);
  await admit(run, cluster, review(asking(1, 0)));
  const lines = [];
  for (const [index, clients] of CLIENTS.entries()) {
    const bare = await measure(clients, (n) => bareReads(run, n));
    const ours = await measure(clients, (n) => admit(run, cluster, review(asking(index + 2, n))));
    lines.push(
      `${size} addresses, ${clients} at once: decisions ${told(ours)}; two bare reads ${told(bare)}; rate ratio ${(ours.rate / bare.rate).toFixed(2)}, p99 ratio ${(quantile(ours.each, 0.99) / quantile(bare.each, 0.99)).toFixed(2)}`,
    );
  }
  return lines;
}

async function bareReads(run: Run, n: number): Promise<void> {
  for (const index of [n, n + 500])
    await run.ports.tables.addresses.get(SUBNET.toLowerCase(), addressKey(takenAddress(index)));
}

/** Services that are none of our business, and updates that change nothing. */
async function withoutStorage(run: Run): Promise<string[]> {
  await fillInventory(run, 0);
  const service = asking(1, 0);
  const cases = {
    "another type of Service": review(plain()),
    "an update that changes nothing of ours": review(service, service),
  };
  const lines = [];
  for (const [title, one] of Object.entries(cases)) {
    const { calls, run: counted } = countTableCalls(run);
    const { rate } = await measure(1, () => admit(counted, cluster, one));
    lines.push(`${title}: ${calls()} Table calls, ${rate.toFixed(0)}/s`);
  }
  return lines;
}
