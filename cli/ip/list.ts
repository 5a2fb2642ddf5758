import type { Command } from "commander";
import { listUses } from "../../shared/ip/listUses.ts";
import type { PlaceUse, ServiceClaim } from "../../shared/ip/model.ts";
import { createShower, type FoundUse } from "../../shared/ip/showUse.ts";
import { chooseSubnet, listSources, sourceOf, type Source } from "../../shared/ip/sources.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { mapAtMost } from "../../shared/core/waitForAll.ts";
import { wholeNumber } from "../audit/wholeNumber.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";

const AT_ONCE = 8;
const MOST_ROWS = 100_000;

interface ListOptions {
  readonly subnet?: string;
  readonly vnet?: string;
  readonly limit: string;
}

export async function list({ subnet, vnet, limit }: ListOptions, command: Command): Promise<void> {
  if (vnet !== undefined && subnet === undefined) throw new InvalidInput("--vnet: name the --subnet as well");
  const run = await open();
  const sources =
    subnet === undefined
      ? await listSources(run)
      : [sourceOf(await chooseSubnet(run, { subnet, ...(vnet !== undefined && { vnet }) }))];
  await printUses(run, command, { sources, limit });
}

export async function find(text: string, { limit }: { limit: string }, command: Command): Promise<void> {
  const run = await open();
  await printUses(run, command, { sources: await listSources(run), text, limit });
}

interface Printing {
  readonly sources: readonly Source[];
  readonly text?: string;
  readonly limit: string;
}

async function printUses(run: Run, command: Command, { limit, ...query }: Printing): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST_ROWS);
  const shower = await createShower(run);
  const found: FoundUse[] = [];
  for await (const { item } of listUses(run, query, shower)) {
    found.push(item);
    if (found.length > most) break;
  }
  const uses = await mapAtMost(AT_ONCE, found.slice(0, most), (one) => shower.show(one));
  if (isData(command)) printData(command, uses);
  else printTable(command, uses);
  if (found.length > most) console.error(`mooring: there are more than ${most}; --limit shows more`);
}

interface Line {
  readonly use: PlaceUse;
  readonly claim?: ServiceClaim | undefined;
}

/** A line for each Service that declares it. */
function printTable(command: Command, uses: readonly PlaceUse[]): void {
  const lines = uses.flatMap((use): Line[] =>
    use.claims.length > 0 ? use.claims.map((claim) => ({ use, claim })) : [{ use }],
  );
  print(command, lines, {
    place: ({ use }) => use.place,
    where: ({ use }) => (use.kind === "address" ? `${use.vnet}/${use.subnet}` : (use.resourceGroup ?? "")),
    state: ({ use }) => use.state,
    service: ({ use, claim }) => claim?.service ?? use.holder?.service ?? "-",
    status: ({ claim }) => (claim ? statusText(claim) : "-"),
    since: ({ use, claim }) => claim?.sinceUtc ?? use.holder?.sinceUtc ?? "-",
    holder: ({ use }) => use.holder?.name ?? "-",
  });
}

/** `living`, `leaving`, or until when an unconfirmed claim lasts. */
export function statusText({ status, expiresAtUtc }: ServiceClaim): string {
  return expiresAtUtc === undefined ? status : `${status}, expires ${expiresAtUtc}`;
}
