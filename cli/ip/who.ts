import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import type { AddressInSubnet, ServiceClaim } from "../../api/model.ts";
import { openApi } from "../api/open.ts";
import { isData, printData } from "../print.ts";
import { statusText } from "./list.ts";

/** @throws ApiFailure if no scanned subnet contains the address */
export async function who(address: string, _options: unknown, command: Command): Promise<void> {
  const found = await (await openApi(command)).call("lookUpAddress", { params: { address } });
  if (isData(command)) return printData(command, found);
  for (const [index, one] of found.subnets.entries()) {
    if (index > 0) console.log();
    for (const text of linesOf(found.address, one).flatMap((lines) => lines.split("\n")))
      console.log(inert(text));
    if (one.annotation !== undefined) console.log(`\n${inert(one.annotation)}`);
  }
}

function linesOf(address: string, one: AddressInSubnet): string[] {
  const { vnet, subnet, state, holder, claims, free, history } = one;
  return [
    `${address} in ${vnet}/${subnet}: ${STATES[state]}`,
    ...(holder ? [line("holder", holder.name)] : []),
    ...(holder?.service === undefined ? [] : [line("created for", `Service ${holder.service}`)]),
    ...(holder?.sinceUtc === undefined ? [] : [line("since", holder.sinceUtc)]),
    ...claims.flatMap(claimLines),
    ...history.map((entry) =>
      line("history", `${entry.atUtc} ${entry.action} by ${entry.who}: ${entry.outcome}`),
    ),
    ...(state === "free" || free.length === 0 ? [] : [line("free nearby", free.join(", "))]),
  ];
}

const STATES: Readonly<Record<AddressInSubnet["state"], string>> = {
  free: "free",
  reserved: "reserved by Azure",
  excluded: "excluded by policy",
  assigned: "assigned in Azure",
  declared: "declared, not assigned in Azure",
  claimed: "claimed, not confirmed yet",
};

function claimLines(claim: ServiceClaim): string[] {
  const { service, uid, sinceUtc, replaces, silentSince } = claim;
  return [
    line("declared by", `Service ${service} (${statusText(claim)})`),
    line("", `since ${sinceUtc}`),
    line("", `uid ${uid}`),
    ...(replaces === undefined ? [] : [line("", `replaces ${replaces}`)]),
    ...(silentSince === undefined ? [] : [line("", `its cluster reported last: ${silentSince}`)]),
  ];
}

const TEXT_COLUMNS = 65;

/** A title and its text, in lines of 80 columns as far as its words are that short. */
function line(title: string, text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= TEXT_COLUMNS) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.map((one, index) => `  ${(index === 0 ? title : "").padEnd(12)} ${one}`).join("\n");
}
