import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import type { ReleasedClaims } from "../../api/model.ts";
import { openApi } from "../api/open.ts";
import { agreed } from "../changes.ts";
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

/** @throws ApiFailure if a claim is of a living Service and the release is not forced */
export async function release(
  place: string,
  { yes, dryRun, reason, service, vnet, force }: Options,
  command: Command,
): Promise<void> {
  const api = await openApi(command);
  const body = { place, reason, service, vnet, force };
  const shown = await api.call("releaseClaims", { body, query: { dryRun: "true" } });
  if (!isData(command)) printClaims(shown);
  if (dryRun) return isData(command) ? printData(command, shown) : console.log("No changes were made.");
  if (!yes && !(await agreed())) return console.log("No changes were made.");
  const released = await api.call("releaseClaims", { body });
  if (isData(command)) return printData(command, released);
  console.log(inert(`Released; the record is ${released.record}.`));
}

function printClaims({ place, claims, holder }: ReleasedClaims): void {
  for (const claim of claims)
    console.log(inert(`- claim of ${place} by Service ${claim.service} (${statusText(claim)})`));
  if (holder) console.log(inert(`${holder.name} has it in Azure, and keeps it.`));
}
