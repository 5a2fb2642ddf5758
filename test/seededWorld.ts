/**
 * The seeded world, created once per run when the first file requests it, in Vitest's own process, so that the end of that file does not
 * stop it: the folder of a sandbox that was stopped when Mooring had scanned its networks and nothing was under way.
 */
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { firstScan } from "../dev/sandbox/start/firstScan.ts";
import { ANY_PORTS } from "../dev/sandbox/start/ports.ts";
import { startSandbox, type SandboxOptions } from "../dev/sandbox/start/startSandbox.ts";

/**
 * No timer changes what a test sees, by the time of day at which it runs: tests request scans, audits and sweeps.
 * @see https://learn.microsoft.com/azure/azure-functions/disable-function
 */
export const ON_REQUEST = Object.fromEntries(
  ["scanInventory", "auditDrift", "sweepOrphans"].map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]),
);

export type World = Pick<SandboxOptions, "app" | "cli" | "state">;

/** Answers each request with the folder of the world, when it is ready; gives where. */
export async function offerWorld(world: World): Promise<{ url: string; close: () => void }> {
  let seeding: Promise<void> | undefined;
  const server = createServer((_, response) => {
    seeding ??= seed(world);
    seeding.then(
      () => response.end(world.state),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function seed(world: World): Promise<void> {
  const sandbox = await startSandbox({ ...world, ports: ANY_PORTS, hostSettings: ON_REQUEST });
  try {
    await sandbox.arm.idle();
    await sandbox.events.idle();
    await firstScan(sandbox.hostUrl);
  } finally {
    await sandbox.stop();
  }
  // Logs are of one sandbox; timers of a copy fire when it is their time.
  for (const name of ["host.log", "timers.json"]) await rm(join(world.state, name), { force: true });
}
