/** A scan of a million addresses in 400 subnets of 40 subscriptions: the first, which writes all, and one that finds nothing new. */
import { scanInventory } from "../../../shared/inventory/scan.ts";
import { milliseconds, type Figure } from "../figures.ts";
import { syntheticRun } from "./synthetic.ts";

/** Half of what the smaller of the usual instances has. */
const MOST_MEBIBYTES = 1024;

export async function limitsScan(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const isScanned of [false, true]) {
    const { run, written } = syntheticRun(isScanned);
    let addresses = 0;
    const took = await milliseconds(async () => {
      ({ addresses } = await scanInventory(run));
    });
    const what = isScanned ? "nothing new" : "the first";
    const name = `scan, ${what}: ${addresses} addresses, ${written()} rows written`;
    figures.push({ name, unit: "/s", ours: (addresses * 1000) / took });
  }
  const memory = { name: "scan: at most in memory", unit: "MiB", aim: { value: MOST_MEBIBYTES } } as const;
  return [...figures, { ...memory, ours: process.resourceUsage().maxRSS / 1024 }];
}
