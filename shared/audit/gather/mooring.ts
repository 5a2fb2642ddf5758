/** Checks of Mooring itself, from its tables and queues. Sends no requests to ARM. */
import { listDangling } from "../../changes/dangling.ts";
import { readStop } from "../../changes/stop.ts";
import { listOutcomes } from "../../storage/outcome.ts";
import { listQuarantine } from "../../orphans/quarantine.ts";
import { policyProblems } from "../../policy/policyStore.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Run } from "../../ports/ports.ts";
import { QUEUES } from "../../ports/queue.ts";
import type { Subjects } from "../check.ts";
import type { Checked } from "../checkScope.ts";
import { runChecks } from "../checks.ts";
import { minutesBetween } from "../subjects.ts";
import { unwatchedClaims } from "./unwatched.ts";
import { waitForAll } from "../../core/waitForAll.ts";

export async function checkMooring(run: Run, policy: Policy): Promise<Checked> {
  const [health, inventories, scopes, queues, quarantined, journal, operations, unwatched] = await waitForAll(
    [
      healthOf(run),
      inventoriesOf(run, policy),
      scopesOf(run),
      queuesOf(run),
      quarantinedIn(run),
      danglingIn(run),
      operationsOf(run),
      unwatchedClaims(run),
    ],
  );
  const { checks } = policy.audit;
  const found = [
    ...runChecks("mooring", [health], checks),
    ...runChecks("inventory", inventories, checks),
    ...runChecks("scope", scopes, checks),
    ...runChecks("queue", queues, checks),
    ...runChecks("operation", operations, checks),
    ...runChecks("unwatched", unwatched, checks),
    ...runChecks("quarantined", quarantined, checks),
    ...runChecks("journal", journal, checks),
  ];
  const looked = [inventories, scopes, queues, quarantined, journal, operations].reduce(
    (sum, { length }) => sum + length,
    1,
  );
  return { found, looked };
}

async function healthOf(run: Run): Promise<Subjects["mooring"]> {
  const [problems, stop] = await waitForAll([policyProblems(run), readStop(run)]);
  return {
    policyProblems: problems,
    ...(stop && { stopped: { ...stop, hours: hoursSince(run, stop.sinceUtc) } }),
  };
}

async function inventoriesOf(
  run: Run,
  { inventoryStaleMinutes: staleMinutes }: Policy,
): Promise<Subjects["inventory"][]> {
  const subjects: Subjects["inventory"][] = [];
  for await (const { value } of run.ports.tables.vnets.list("all"))
    subjects.push({
      vnetId: value.id,
      scannedAtUtc: value.scannedAtUtc,
      ageMinutes: minutesBetween(value.scannedAtUtc, run.now().toISOString()),
      staleMinutes,
    });
  return subjects;
}

/** Excludes scopes of subscriptions that are no longer watched. */
async function scopesOf(run: Run): Promise<Subjects["scope"][]> {
  const vnets = await Array.fromAsync(run.ports.tables.vnets.list("all"));
  const expected = new Set([
    ...run.ports.subscriptions.map((id) => `subscription:${id}`),
    ...vnets.map(({ value }) => `vnet:${value.id}`.toLowerCase()),
  ]);
  const rows = await Array.fromAsync(run.ports.tables.scopes.list("all"));
  return rows
    .filter(({ value }) => expected.has(value.scope.toLowerCase()))
    .map(({ value: { scope, auditedAtUtc } }) => ({
      scope,
      auditedAtUtc,
      ageHours: hoursSince(run, auditedAtUtc),
    }));
}

function queuesOf(run: Run): Promise<Subjects["queue"][]> {
  return waitForAll(
    QUEUES.map(async (queue) => ({ queue, poisoned: (await run.ports.queue.poisonState(queue)).length })),
  );
}

async function operationsOf(run: Run): Promise<Subjects["operation"][]> {
  return (await Array.fromAsync(listOutcomes(run))).map((outcome) => ({ outcome }));
}

async function quarantinedIn(run: Run): Promise<Subjects["quarantined"][]> {
  const rows = await listQuarantine(run);
  return rows.map((row) => ({ row, unprovedHours: hoursSince(run, row.lastProvedAtUtc) }));
}

async function danglingIn(run: Run): Promise<Subjects["journal"][]> {
  const dangling = await listDangling(run);
  return dangling.map(({ entry }) => ({ entry, openHours: hoursSince(run, entry.intendedAtUtc) }));
}

function hoursSince(run: Run, atUtc: string): number {
  return minutesBetween(atUtc, run.now().toISOString()) / 60;
}
