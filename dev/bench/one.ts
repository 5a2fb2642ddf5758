/** One benchmark in a separate process: with its own heap, certificates and storage, and with a timeout. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStorage } from "../sandbox/storage/startStorage.ts";
import { BENCHES } from "./benches.ts";

const [name = "", size] = process.argv.slice(2);
process.on("disconnect", () => process.exit(1));

const entry = BENCHES[name];
if (!entry) throw new Error(`there is no benchmark ${name}`);
const measure = await entry.open();
const directory = await mkdtemp(join(tmpdir(), "mooring-bench-"));
const storage = await startStorage();
try {
  const figures = await measure({ directory, connection: storage.connectionString, isFull: size === "full" });
  await new Promise((resolve) => process.send?.(figures, resolve));
} finally {
  await storage.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit();
