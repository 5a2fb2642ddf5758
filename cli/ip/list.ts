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
import { isData, isWide, print, printData } from "../print.ts";

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

/** A line for each Service that declares it, with the columns that distinguish lines; `-o wide` has all columns. */
function printTable(command: Command, uses: readonly PlaceUse[]): void {
  const lines = uses.flatMap((use): Line[] =>
    use.claims.length > 0 ? use.claims.map((claim) => ({ use, claim })) : [{ use }],
  );
  const isFull = isWide(command);
  print(command, lines, {
    place: ({ use }) => use.place,
    ...((isFull || new Set(uses.map(placeOf)).size > 1) && { where: ({ use }) => placeOf(use) }),
    state: ({ use }) => use.state,
    "used by": (line) => serviceOf(line) ?? line.use.holder?.name ?? "-",
    status: ({ claim }) => (claim ? (isFull ? statusText(claim) : claim.status) : "-"),
    ...(isFull && {
      since: ({ use, claim }: Line) => claim?.sinceUtc ?? use.holder?.sinceUtc ?? "-",
      holder: ({ use }: Line) => use.holder?.name ?? "-",
    }),
  });
}

function placeOf({ kind, vnet, subnet, resourceGroup }: PlaceUse): string {
  return kind === "address" ? `${vnet}/${subnet}` : (resourceGroup ?? "");
}

function serviceOf({ use, claim }: Line): string | undefined {
  return claim?.service ?? use.holder?.service;
}

/** `living`, `leaving`, or until when an unconfirmed claim lasts. */
export function statusText({ status, expiresAtUtc }: ServiceClaim): string {
  return expiresAtUtc === undefined ? status : `${status}, expires ${expiresAtUtc}`;
}
