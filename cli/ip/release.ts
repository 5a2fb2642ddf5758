import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import type { ReleasedClaims } from "../../shared/ip/model.ts";
import { planRelease } from "../../shared/ip/releaseClaims.ts";
import { agreed, operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";
import { statusText } from "./list.ts";

interface Options {
  readonly reason: string;
  readonly service?: string;
  readonly vnet?: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** @throws Refused if a claim is of a living Service and the release is not forced */
export async function release(
  place: string,
  { yes, dryRun, ...options }: Options,
  command: Command,
): Promise<void> {
  const run = await open();
  const { shown, carryOut } = await planRelease(run, { place, who: operator(), ...options });
  if (!isData(command)) printClaims(shown);
  if (dryRun) return isData(command) ? printData(command, shown) : console.log("No changes were made.");
  if (!yes && !(await agreed())) return console.log("No changes were made.");
  const released = await carryOut();
  if (isData(command)) return printData(command, released);
  console.log(inert(`Released; the record is ${released.record}.`));
}

function printClaims({ place, claims, holder }: ReleasedClaims): void {
  for (const claim of claims)
    console.log(inert(`- claim of ${place} by Service ${claim.service} (${statusText(claim)})`));
  if (holder) console.log(inert(`${holder.name} has it in Azure, and keeps it.`));
}
