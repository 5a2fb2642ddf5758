/** One event, from Azure to the journal and back, by one id: the artifact in the sandbox's world. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { issueToken } from "../../dev/sandbox/identity/token.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import type { JournalEntry } from "../../shared/changes/journal.ts";
import { listJournal } from "../../shared/changes/journalStore.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { sandboxed, START_MILLISECONDS } from "../builders/sandboxed.ts";
import { memoryRun } from "../memory/run.ts";

let world: Awaited<ReturnType<typeof sandboxed>>;
let run: Run;
beforeAll(async () => {
  world = await sandboxed();
  run = { ...memoryRun(), ports: createPorts(parseSettings(world.sandbox.settings)).ports };
}, START_MILLISECONDS);
afterAll(() => world.close());

const MINUTES = { timeout: 200_000, interval: 250 };

/** Like the portal: reads the complete resource and writes it back, with an id as Azure creates it. */
async function arm(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  const { token } = issueToken({ objectId: "p", applicationId: "portal", name: "portal" }, new Date());
  const response = await world.sandbox.arm.fetch(
    new Request(`https://x${path}${path.includes("?") ? "&" : "?"}api-version=2025-05-01`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  expect(response.status).toBeLessThan(300);
  return response.json() as Promise<any>;
}

/** A PLS that was written a moment ago is looked at under the id of whatever wrote it. */
async function calmPls(): Promise<{ id: string }> {
  const [subscription = ""] = run.ports.subscriptions;
  const path = `/subscriptions/${subscription}/providers/Microsoft.Network/privateLinkServices`;
  const { value } = await arm("GET", path);
  const pls = value.find(({ id }: { id: string }) => id.endsWith("/pls-catalog"));
  if (!pls) throw new Error("the seeded estate has no pls-catalog");
  await world.sandbox.events.idle();
  await vi.waitFor(async () => {
    const row = await run.ports.tables.waiting.get("pls", `pls|${pls.id.toLowerCase()}`);
    expect((row?.value.untilUtc ?? "") < new Date().toISOString()).toBe(true);
    expect((await run.ports.queue.state("pls")).length).toBe(0);
  }, MINUTES);
  return pls;
}

async function logOf(correlationId: string): Promise<any[]> {
  const lines = (await readFile(join(world.state, "host.log"), "utf8")).split("\n");
  return lines
    .filter((line) => line.includes(correlationId))
    .flatMap((line) => {
      const { message } = JSON.parse(line);
      return message.startsWith("{") ? [JSON.parse(message)] : [];
    });
}

/** Set to `*` with an id of the test, then repaired because of it; a poll may have been faster once. */
async function repaired(): Promise<{ pls: { id: string }; correlationId: string; entry: JournalEntry }> {
  for (;;) {
    const [pls, correlationId] = [await calmPls(), randomUUID()];
    const body = await arm("GET", pls.id);
    body.properties.visibility = { subscriptions: ["*"] };
    await arm("PUT", pls.id, { "x-ms-correlation-request-id": correlationId }, body);
    await vi.waitFor(async () => {
      const { properties } = await arm("GET", pls.id);
      expect(properties.visibility.subscriptions).not.toContain("*");
      expect((await run.ports.queue.state("pls")).length).toBe(0);
    }, MINUTES);
    for await (const { entry } of listJournal(run))
      if (entry.cause.correlationId === correlationId) return { pls, correlationId, entry };
  }
}

test("an event's id is in every line of its work, the journal, and Azure's activity log", async () => {
  const { pls, correlationId, entry } = await repaired();
  expect(entry).toMatchObject({ outcome: "applied", change: { resourceId: pls.id } });

  const lines = await logOf(correlationId);
  const said = lines.map(({ function: name, message }) => `${name}: ${message}`);
  expect(said).toContain("onResourceEvent: work enqueued for event");
  expect(said).toContain("reconcilePls: change written");
  for (const line of lines)
    expect(line).toMatchObject({
      message: expect.any(String),
      correlationId,
      function: expect.any(String),
      invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      what: expect.any(String),
      id: expect.any(String),
    });
  const written = lines.find(({ message }) => message === "change written");
  expect(written).toMatchObject({ journalId: entry.id, outcome: "applied", what: "pls", id: pls.id });

  const since = new Date(Date.now() - 3_600_000).toISOString();
  const filter = encodeURIComponent(`eventTimestamp ge '${since}' and correlationId eq '${correlationId}'`);
  const [, , subscription = ""] = pls.id.split("/");
  const { value } = await arm(
    "GET",
    `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values?$filter=${filter}`,
  );
  expect(value.map(({ caller }: { caller: string }) => caller).toSorted()).toEqual(["mooring", "portal"]);
}, 240_000);
