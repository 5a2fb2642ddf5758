import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { listRuns, readProgress } from "../../shared/audit/runs.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { writeRows } from "../../shared/storage/writeRows.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";

const NETWORKS = 4000;

test("an audit of four thousand networks is started and listed on real storage: no row grows with the number of networks", async () => {
  const memory = memoryRun();
  const { ports } = createPorts(
    parseSettings({
      AzureWebJobsStorage: inject("storage"),
      MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
      MOORING_TABLE_PREFIX: `m${randomBytes(6).toString("hex")}`,
    }),
  );
  // Messages are many, and those of memory will do.
  const run = { ...memory, ports: { ...ports, queue: memory.queue } };
  const ids = Array.from(
    { length: NETWORKS },
    (_, n) =>
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-of-platform-network-${n}/providers/Microsoft.Network/virtualNetworks/vnet-of-a-team-${n}`,
  );
  await writeRows(
    ports.tables.vnets,
    "all",
    ids.map((id) => ({ do: "put", key: id.toLowerCase(), value: { id, scannedAtUtc: "" } }) as const),
  );
  const { id, scopeCount } = await startAudit(run, { who: "me", why: "test" });
  expect(scopeCount).toBe(NETWORKS + 2);
  expect(memory.queue.sent).toHaveLength(NETWORKS + 2);
  expect(JSON.stringify(await listRuns(run, 10)).length).toBeLessThan(500);
  expect((await readProgress(run, id))?.total).toBe(NETWORKS + 2);
});
