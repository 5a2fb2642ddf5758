/**
 * Measures against the floor, in one run, as ratios: cold start beside an empty app, admission beside bare point reads, a scan beside
 * bare paging of the same lists. `node bench/main.ts [NAME] [--full]`. Absolute numbers are the machine's; the ratios are ours.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { admission } from "./admission.ts";
import { audit } from "./audit.ts";
import { coldStart } from "./coldStart.ts";
import { map } from "./map.ts";
import { reconcile } from "./reconcile.ts";
import { scan } from "./scan.ts";
import { sweep } from "./sweep.ts";
import { table } from "./table.ts";
import { startStorage } from "../sandbox/storage/startStorage.ts";

const isFull = process.argv.includes("--full");
const only = process.argv.slice(2).find((argument) => argument !== "--full");
const directory = await mkdtemp(join(tmpdir(), "mooring-bench-"));
const storage = await startStorage();
try {
  for (const [name, measure] of Object.entries({
    coldStart,
    admission,
    reconcile,
    scan,
    sweep,
    audit,
    map,
    table,
  })) {
    if (only !== undefined && only !== name) continue;
    console.log(`\n${name}`);
    for (const line of await measure({ directory, connection: storage.connectionString, isFull }))
      console.log(`  ${line}`);
  }
} finally {
  await storage.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit();
