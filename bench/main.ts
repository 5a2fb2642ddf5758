/**
 * Measures against the floor, in one run, as ratios: cold start beside an empty app, admission beside bare point reads, a scan beside
 * bare paging of the same lists. Absolute numbers are the machine's; the ratios are ours.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { admission } from "./admission.ts";
import { coldStart } from "./coldStart.ts";
import { scan } from "./scan.ts";
import { startStorage } from "../sandbox/storage/startStorage.ts";

const only = process.argv[2];
const directory = await mkdtemp(join(tmpdir(), "mooring-bench-"));
const storage = await startStorage();
try {
  for (const [name, measure] of Object.entries({ coldStart, admission, scan })) {
    if (only !== undefined && only !== name) continue;
    console.log(`\n${name}`);
    for (const line of await measure({ directory, connection: storage.connectionString }))
      console.log(`  ${line}`);
  }
} finally {
  await storage.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit();
