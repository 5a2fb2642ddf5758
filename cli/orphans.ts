import { Command } from "commander";
import { originOf } from "../shared/changes/plan.ts";
import { planUndo } from "../shared/changes/undo.ts";
import { inert } from "../shared/core/inert.ts";
import { resourceName, sameId } from "../shared/azure/resourceId.ts";
import { findHold, hold, listHolds, release } from "../shared/orphans/hold.ts";
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
  const orphans = new Command("orphans").description("what no living Service accounts for");
  orphans.command("list").description("what waits out its grace, and why").action(list);
  orphans
    .command("explain <resource>")
    .description("the evidence for and against, read now, and what is missing for a proof")
    .action(explain);
  orphans
    .command("hold <resource>")
    .description("keep it, whatever is proved, until it is released")
    .requiredOption("--reason <text>", "why; whoever looks at it reads this")
    .action(holdOne);
  orphans.command("holds").description("what is held, by whom and why, suspected or not").action(holds);
  orphans
    .command("release <resource>")
    .description("take a hold back; if it still is an orphan its grace begins anew")
    .action(releaseOne);
  orphans
    .command("sweep")
    .description("delete now what is due; shows the plan and asks")
    .option("--yes", "do not ask", false)
    .action(sweep);
  orphans
    .command("restore <resource>")
    .description("make again what a sweep deleted, by name, id or journal entry; shows the plan and asks")
    .option("--yes", "do not ask", false)
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
    "delete after": ({ resourceId, deleteAfterUtc }) => {
      const who = holder(resourceId);
      return who === undefined ? deleteAfterUtc : `held by ${who}`;
    },
    why: ({ reason }) => reason,
  });
}

async function explain(selector: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  const { candidate, row } = await findSuspect(run, selector);
  if (isData(command)) return printData(command, { ...candidate, ...(row && { quarantine: row }) });
  console.log(inert(`${candidate.kind} ${candidate.resourceId}`));
  console.log(
    candidate.verdict === "orphan" ? "is proved an orphan." : "is not proved an orphan, and stays.",
  );
  for (const one of candidate.for) console.log(inert(`  evidence for:     ${one.says} (${originOf(one)})`));
  for (const against of candidate.against) console.log(inert(`  evidence against: ${against}`));
  for (const missing of candidate.missing) console.log(inert(`  missing:          ${missing}`));
  const { quarantinedAtUtc = "never", deleteAfterUtc = "" } = row ?? {};
  console.log(
    row
      ? `In quarantine since ${quarantinedAtUtc}; not before ${deleteAfterUtc} may it be deleted.`
      : "Not in quarantine.",
  );
  const { policy } = await readPolicy(run);
  if (policy.modes.sweep === "observe")
    console.log("Mode of sweep is observe: nothing is deleted by itself.");
}

async function holdOne(selector: string, { reason }: { reason: string }): Promise<void> {
  const run = await open();
  const { candidate } = await findSuspect(run, selector);
  await hold(run, candidate.resourceId, { who: operator(), why: reason });
  console.log(`Held: ${candidate.resourceId} stays until \`mooring orphans release\`.`);
}

async function releaseOne(selector: string): Promise<void> {
  const run = await open();
  // It may be suspected no more, and be held all the same.
  const held = await findHold(run, selector);
  const resourceId = held?.resourceId ?? (await findSuspect(run, selector)).candidate.resourceId;
  await release(run, resourceId);
  console.log(`${held ? "Released" : "There was no hold"}: ${resourceId}; any grace begins anew.`);
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
  const tell = isData(command) ? console.error : console.log;
  for (const line of leftOut(due)) tell(inert(`! ${line}`));
  const why = "mooring orphans sweep";
  const alone = sweepAlone(apply, due.parts);
  const applied = await carryOut(command, { run, apply: alone, plan, why, yes, options });
  await recordSwept(run, quarantined, applied);
  if (due.unreadable.size > 0) process.exitCode = applied.length > 0 ? PARTLY_DONE : 1;
}

function leftOut({ awaited, unreadable }: Due): string[] {
  const unread = [...unreadable].map(
    ([subscription, error]) => `subscription ${subscription} was left out: ${messageOf(error)}`,
  );
  return [...unread, ...awaited.map(waitingFor)];
}

function waitingFor(cluster: string): string {
  return `orphans of cluster ${cluster} are due, but the cluster must confirm them again; run the command again in about 30 seconds`;
}

async function restore(selector: string, { yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const { plan, losses } = await planUndo(run, (await lastDelete(run, selector)) ?? selector);
  if (!isData(command)) for (const loss of losses) console.log(inert(`! ${loss}`));
  await carryOut(command, { run, apply, plan, why: `mooring orphans restore ${selector}`, yes });
}
