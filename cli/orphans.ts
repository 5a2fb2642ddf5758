import { Command } from "commander";
import { originOf } from "../shared/changes/plan.ts";
import { planUndo } from "../shared/changes/undo.ts";
import { inert } from "../shared/core/inert.ts";
import { resourceName, sameId } from "../shared/azure/resourceId.ts";
import { findHold, hold, listHolds, release } from "../shared/orphans/hold.ts";
import { findHoldable } from "../shared/orphans/holdable.ts";
import { awaitsFirstReport, type Quarantined } from "../shared/orphans/model.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import { findSuspect, lastDelete } from "../shared/orphans/suspects.ts";
import { planDue, recordSwept, sweepAlone, type Due } from "../shared/orphans/sweep.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import { messageOf } from "../shared/core/messageOf.ts";
import { carryOut, operator, PARTLY_DONE } from "./changes.ts";
import { open, openToWrite } from "./open.ts";
import { isData, print, printData } from "./print.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

export function orphansCommand(): Command {
  const orphans = new Command("orphans").description(
    "manage orphaned load balancers and Private Link Services",
  );
  orphans
    .command("list")
    .description("list resources in quarantine, with deletion date and reason")
    .action(list);
  orphans
    .command("explain <resource>")
    .description("show current evidence for and against, and missing evidence")
    .action(explain);
  orphans
    .command("hold <resource>")
    .description("exclude a resource from deletion until it is released, also one that is in use")
    .requiredOption("--reason <text>", "shown with the hold")
    .action(holdOne);
  orphans.command("holds").description("list holds, with owner and reason").action(holds);
  orphans
    .command("release <resource>")
    .description("remove a hold; the grace period starts again")
    .action(releaseOne);
  orphans
    .command("sweep")
    .description("delete orphans that are due (shows the plan, requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(sweep);
  orphans
    .command("restore <resource>")
    .description("create a deleted resource again, by name, id or journal entry (requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(restore);
  return orphans;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const run = await open();
  const [rows, held] = await waitForAll([listQuarantine(run), listHolds(run)]);
  const holder = (id: string) => held.find(({ resourceId }) => sameId(resourceId, id))?.who;
  print(command, rows, {
    kind: ({ kind }) => kind,
    name: ({ resourceId }) => resourceName(resourceId),
    cluster: ({ cluster }) => cluster,
    "delete after": (row) => {
      const who = holder(row.resourceId);
      if (who !== undefined) return `held by ${who}`;
      return awaitsFirstReport(row) ? `${row.deleteAfterUtc} or later` : row.deleteAfterUtc;
    },
    why: ({ reason }) => reason,
  });
}

async function explain(selector: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  const { candidate, row } = await findSuspect(run, selector);
  if (isData(command)) return printData(command, { ...candidate, ...(row && { quarantine: row }) });
  console.log(inert(`${candidate.kind} ${candidate.resourceId}`));
  console.log(candidate.verdict === "orphan" ? "Proved orphan." : "Not proved an orphan; it is not deleted.");
  for (const one of candidate.for) console.log(inert(`  evidence for:     ${one.says} (${originOf(one)})`));
  for (const against of candidate.against) console.log(inert(`  evidence against: ${against}`));
  for (const missing of candidate.missing) console.log(inert(`  missing:          ${missing}`));
  console.log(quarantineText(row));
  const { policy } = await readPolicy(run);
  if (policy.modes.sweep === "observe") console.log("Observe mode: nothing is deleted automatically.");
}

function quarantineText(row: Quarantined | undefined): string {
  if (!row) return "Not in quarantine.";
  const since = `In quarantine since ${row.quarantinedAtUtc}; may be deleted after ${row.deleteAfterUtc}.`;
  if (!awaitsFirstReport(row)) return since;
  return `${since}\nThe grace period begins when cluster ${row.cluster} has sent its next list.`;
}

async function holdOne(selector: string, { reason }: { reason: string }): Promise<void> {
  const run = await open();
  const resourceId = await findHoldable(run, selector);
  await hold(run, resourceId, { who: operator(), why: reason });
  console.log(inert(`Held: ${resourceId} is not deleted until \`mooring orphans release\`.`));
}

async function releaseOne(selector: string): Promise<void> {
  const run = await open();
  // A held resource need not be an orphan candidate any longer.
  const held = await findHold(run, selector);
  const resourceId = held?.resourceId ?? (await findSuspect(run, selector)).candidate.resourceId;
  await release(run, resourceId);
  console.log(`${held ? "Released" : "Not held"}: ${resourceId}; a grace period starts again.`);
}

async function holds(_options: unknown, command: Command): Promise<void> {
  print(command, await listHolds(await open()), {
    name: ({ resourceId }) => resourceName(resourceId),
    who: ({ who }) => who,
    since: ({ sinceUtc }) => sinceUtc,
    why: ({ why }) => why,
    resource: ({ resourceId }) => resourceId,
  });
}

async function sweep({ yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const due = await planDue(run);
  const { plan, quarantined, options } = due;
  const warn = isData(command) ? console.error : console.log;
  for (const line of leftOut(due)) warn(inert(`! ${line}`));
  const why = "mooring orphans sweep";
  const alone = sweepAlone(apply, due.parts);
  const incomplete = { awaited: due.awaited, unreadable: [...due.unreadable.keys()] };
  const applied = await carryOut(command, { run, apply: alone, plan, why, yes, options, incomplete });
  await recordSwept(run, quarantined, applied);
  if (due.unreadable.size > 0) process.exitCode = applied.length > 0 ? PARTLY_DONE : 1;
}

function leftOut({ awaited, unreadable }: Due): string[] {
  const unread = [...unreadable].map(
    ([subscription, error]) => `subscription ${subscription} was skipped: ${messageOf(error)}`,
  );
  return [...unread, ...awaited.map(unconfirmed)];
}

function unconfirmed(cluster: string): string {
  return `orphans of cluster ${cluster} are due, but the cluster must confirm them again; run this command again in about 30 seconds`;
}

async function restore(selector: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const { plan, losses } = await planUndo(run, (await lastDelete(run, selector)) ?? selector);
  if (!isData(command)) for (const loss of losses) console.log(inert(`! ${loss}`));
  await carryOut(command, { run, apply, plan, why: `mooring orphans restore ${selector}`, yes });
}
