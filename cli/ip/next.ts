import type { Command } from "commander";
import { inert } from "../../shared/core/inert.ts";
import { openApi } from "../api/open.ts";
import { wholeNumber } from "../audit/wholeNumber.ts";
import { isData, printData } from "../print.ts";

const MOST = 100;

interface Options {
  readonly subnet: string;
  readonly vnet?: string;
  readonly count: string;
  readonly ipv6: boolean;
}

/** Exit code 1 if there is no free address. */
export async function next({ subnet, vnet, count, ipv6 }: Options, command: Command): Promise<void> {
  const most = wholeNumber("--count", count, MOST);
  const api = await openApi(command);
  const query = { subnet, vnet, count: String(most), family: ipv6 ? "IPv6" : "IPv4" };
  const found = await api.call("nextFreeAddresses", { query });
  if (found.addresses.length === 0) process.exitCode = 1;
  if (isData(command)) return printData(command, found);
  for (const address of found.addresses) console.log(inert(address));
  if (found.annotation !== undefined) console.log(`\n${inert(found.annotation)}`);
  else console.log(inert(`No free address was found in subnet ${found.vnet}/${found.subnet}.`));
  if (found.unknown > 0)
    console.error(`mooring: ${found.unknown} used addresses of the subnet are unknown, maybe these`);
}
