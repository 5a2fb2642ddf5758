/** `mooring orphans`: resources that no Service uses, their evidence, holds, deletes and restores. */
import { Command } from "commander";
import type { Orphan } from "../../api/model.ts";
import { originOf } from "../../shared/changes/plan.ts";
import { inert } from "../../shared/core/inert.ts";
import { openApi, withApp } from "../api/open.ts";
import { isData, print, printData } from "../print.ts";
import { chooseOrphan, readOrphans } from "./choose.ts";
import { holdOne, holds, releaseOne } from "./holds.ts";
import { restore, sweep } from "./sweep.ts";

export function orphansCommand(): Command {
  const orphans = new Command("orphans").description(
    "manage orphaned load balancers and Private Link Services",
  );
  withApp(orphans.command("list"))
    .description("list resources in quarantine, with deletion date and reason; all candidates with --all")
    .option("--all", "include candidates that are not in quarantine", false)
    .action(list);
  withApp(orphans.command("explain <resource>"))
    .description("show current evidence for and against, and missing evidence")
    .action(explain);
  withApp(orphans.command("hold <resource>"))
    .description("exclude a resource from deletion until it is released, also one that is in use")
    .requiredOption("--reason <text>", "shown with the hold")
    .action(holdOne);
  withApp(orphans.command("holds")).description("list holds, with owner and reason").action(holds);
  withApp(orphans.command("release <resource>"))
    .description("remove a hold; the grace period starts again")
    .action(releaseOne);
  withApp(orphans.command("sweep"))
    .description("delete orphans that are due (shows the plan, requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(sweep);
  withApp(orphans.command("restore <resource>"))
    .description("create a deleted resource again, by name, id or journal entry (requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(restore);
  return orphans;
}

async function list({ all }: { all: boolean }, command: Command): Promise<void> {
  const { items, unreadable } = await readOrphans(await openApi(command));
  const rows = all ? items : items.filter(({ quarantine }) => quarantine !== undefined);
  print(command, rows, {
    kind: ({ kind }) => kind,
    name: ({ name }) => name,
    cluster: ({ cluster }) => cluster,
    "delete after": deleteAfter,
    why: whyOf,
  });
  for (const one of unreadable)
    console.error(inert(`mooring: subscription ${one} could not be read: its orphans are missing`));
}

function deleteAfter({ hold, quarantine }: Orphan): string {
  if (hold) return `held by ${hold.who}`;
  if (!quarantine) return "-";
  const { deleteAfterUtc, awaitsFirstReport } = quarantine;
  return awaitsFirstReport ? `${deleteAfterUtc} or later` : deleteAfterUtc;
}

function whyOf({ verdict, quarantine, for: evidence, against, missing }: Orphan): string {
  if (quarantine) return quarantine.reason;
  if (verdict === "orphan") return evidence[0]?.says ?? "";
  return [...against, ...missing].join("; ");
}

async function explain(selector: string, _options: unknown, command: Command): Promise<void> {
  const all = await readOrphans(await openApi(command));
  const found = chooseOrphan(all, selector);
  if (isData(command)) return printData(command, found);
  console.log(inert(`${found.kind} ${found.resourceId}`));
  console.log(found.verdict === "orphan" ? "Proved orphan." : "Not proved an orphan; it is not deleted.");
  for (const one of found.for) console.log(inert(`  evidence for:     ${one.says} (${originOf(one)})`));
  for (const against of found.against) console.log(inert(`  evidence against: ${against}`));
  for (const missing of found.missing) console.log(inert(`  missing:          ${missing}`));
  console.log(quarantineText(found));
  if (all.mode === "observe") console.log("Observe mode: nothing is deleted automatically.");
}

function quarantineText({ cluster, quarantine }: Orphan): string {
  if (!quarantine) return "Not in quarantine.";
  const { sinceUtc, deleteAfterUtc, awaitsFirstReport } = quarantine;
  const since = `In quarantine since ${sinceUtc}; may be deleted after ${deleteAfterUtc}.`;
  if (!awaitsFirstReport) return since;
  return `${since}\nThe grace period begins when cluster ${inert(cluster)} has sent its next list.`;
}
