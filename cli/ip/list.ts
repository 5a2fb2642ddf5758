import type { Command } from "commander";
import type { PlaceUse, ServiceClaim } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { openApi } from "../api/open.ts";
import { listAll, type Query } from "../api/operations.ts";
import { wholeNumber } from "../audit/wholeNumber.ts";
import { isData, isWide, print, printData } from "../print.ts";

const MOST_ROWS = 100_000;

interface ListOptions {
  readonly subnet?: string;
  readonly vnet?: string;
  readonly limit: string;
}

export async function list({ subnet, vnet, limit }: ListOptions, command: Command): Promise<void> {
  if (vnet !== undefined && subnet === undefined) throw new InvalidInput("--vnet: name the --subnet as well");
  await printUses(command, limit, { subnet, vnet });
}

export async function find(text: string, { limit }: { limit: string }, command: Command): Promise<void> {
  await printUses(command, limit, { q: text });
}

async function printUses(command: Command, limit: string, query: Query): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST_ROWS);
  const found = await listAll(await openApi(command), "listAddressUses", { query, most: most + 1 });
  const uses = found.slice(0, most);
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
