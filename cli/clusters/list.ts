/** `mooring clusters list` and `show`: registrations, their identities, and whether they were checked with ARM. */
import { Command } from "commander";
import type { RegisteredCluster } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { unknownName } from "../../shared/core/filters.ts";
import { inert } from "../../shared/core/inert.ts";
import { openApi, withApp } from "../api/open.ts";
import { isData, isWide, print, printData } from "../print.ts";

export function listCommand(): Command {
  return withApp(new Command("list")).description("list registered clusters").action(list);
}

export function showCommand(): Command {
  return withApp(new Command("show"))
    .argument("<name>")
    .description("show one registered cluster: resources, identity, tokens")
    .action(show);
}

async function read(command: Command): Promise<RegisteredCluster[]> {
  return (await (await openApi(command)).call("listClusters", {})).items;
}

async function list(_options: unknown, command: Command): Promise<void> {
  print(command, await read(command), {
    name: ({ name }) => name,
    state: ({ state }) => state,
    identity: ({ identity }) => identity?.uid.slice(0, SHORT) ?? "not bound",
    ...(isWide(command) && { bound: ({ identity }: RegisteredCluster) => identity?.boundAtUtc ?? "" }),
    arm: armOf,
    "node resource group": ({ nodeResourceGroup }) => nodeResourceGroup,
    tokens: ({ tokens }) => String(tokens.length),
  });
}

const SHORT = 8;

function armOf({ unchecked, contradictions }: RegisteredCluster): string {
  if (contradictions.length > 0) return "contradiction";
  return unchecked ? "unchecked" : "checked";
}

async function show(name: string, _options: unknown, command: Command): Promise<void> {
  const all = await read(command);
  const one = all.find((cluster) => cluster.name === name.toLowerCase());
  const names = all.map((cluster) => cluster.name);
  if (!one) throw new InvalidInput(unknownName(name, "registered cluster", names) ?? name);
  if (isData(command)) return printData(command, one);
  for (const [title, text] of detailsOf(one)) console.log(inert(`${`${title}:`.padEnd(WIDTH)}${text}`));
}

const WIDTH = 22;
type Detail = readonly [title: string, text: string];

function detailsOf(one: RegisteredCluster): Detail[] {
  const { identity, unchecked, corroboration } = one;
  const bound = identity && `${identity.uid}, bound at ${identity.boundAtUtc}`;
  return [
    ["name", one.name],
    ["managed cluster", one.resourceId],
    ["node resource group", one.nodeResourceGroup],
    ["virtual network", one.vnetId],
    ["default subnet", one.defaultSubnet],
    ["registered", one.registeredAtUtc],
    ["state", one.state],
    ["last report", one.confirmedAtUtc ?? "none"],
    ["Services", String(one.services)],
    ["identity", bound ?? "not bound yet: no orphans can be proved"],
    ...(corroboration ? [["confirmed by", `${corroboration.by}: ${corroboration.detail}`] as Detail] : []),
    ["checked against ARM", unchecked ? `no, since ${unchecked.atUtc}: ${unchecked.reason}` : "yes"],
    ...one.contradictions.map((message): Detail => ["contradiction", message]),
    ...one.tokens.map(({ madeAtUtc, endsAtUtc }): Detail => [
      "token",
      `created ${madeAtUtc}${endsAtUtc ? `, expires ${endsAtUtc}` : ""}`,
    ]),
  ];
}
