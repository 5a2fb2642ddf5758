/** `mooring clusters list` and `show`: registrations, their identities, and whether they were checked with ARM. */
import { Command } from "commander";
import { contradictionsOf, type Contradiction } from "../../shared/declarations/clusterContradictions.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { listClusters, requireCluster } from "../../shared/declarations/registry.ts";
import { inert } from "../../shared/core/inert.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

export function listCommand(): Command {
  return new Command("list").description("list registered clusters").action(list);
}

export function showCommand(): Command {
  return new Command("show")
    .argument("<name>")
    .description("show one registered cluster: resources, identity, tokens")
    .action(show);
}

/** Output without hashes of tokens and without expired tokens. */
function shown(
  { tokens, ...cluster }: Cluster,
  nowUtc: string,
  contradictions: readonly Contradiction[] = [],
) {
  return {
    ...cluster,
    contradictions: contradictions.map(({ message }) => message),
    tokens: tokens
      .filter(({ endsAtUtc }) => endsAtUtc === undefined || endsAtUtc > nowUtc)
      .map(({ madeAtUtc, endsAtUtc }) => ({ madeAtUtc, ...(endsAtUtc && { endsAtUtc }) })),
  };
}
type Shown = ReturnType<typeof shown>;

async function list(_options: unknown, command: Command): Promise<void> {
  const run = await open();
  const clusters = await listClusters(run);
  const contradictions = contradictionsOf(clusters);
  const nowUtc = run.now().toISOString();
  print(
    command,
    clusters.map((cluster) => shown(cluster, nowUtc, contradictions.get(cluster.name))),
    {
      name: ({ name }) => name,
      identity: ({ identity }) => identity?.uid.slice(0, SHORT) ?? "not bound",
      bound: ({ identity }) => identity?.boundAtUtc ?? "",
      arm: armOf,
      "node resource group": ({ nodeResourceGroup }) => nodeResourceGroup,
      tokens: ({ tokens }) => String(tokens.length),
    },
  );
}

const SHORT = 8;

function armOf({ unchecked, contradictions }: Shown): string {
  if (contradictions.length > 0) return "contradiction";
  return unchecked ? "unchecked" : "checked";
}

async function show(name: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  const [cluster, all] = await waitForAll([requireCluster(run, name), listClusters(run)]);
  const one = shown(cluster, run.now().toISOString(), contradictionsOf(all).get(name));
  if (isData(command)) return printData(command, one);
  for (const [title, text] of detailsOf(one)) console.log(inert(`${`${title}:`.padEnd(WIDTH)}${text}`));
}

const WIDTH = 22;

function detailsOf(one: Shown): [title: string, text: string][] {
  const { identity, unchecked } = one;
  return [
    ["name", one.name],
    ["managed cluster", one.resourceId],
    ["node resource group", one.nodeResourceGroup],
    ["virtual network", one.vnetId],
    ["default subnet", one.defaultSubnet],
    ["registered", one.registeredAtUtc],
    [
      "identity",
      identity
        ? `${identity.uid}, bound at ${identity.boundAtUtc}`
        : "not bound yet: no orphans can be proved",
    ],
    ...(identity?.corroboration
      ? [
          ["confirmed by", `${identity.corroboration.by}: ${identity.corroboration.detail}`] as [
            string,
            string,
          ],
        ]
      : []),
    ["checked against ARM", unchecked ? `no, since ${unchecked.atUtc}: ${unchecked.reason}` : "yes"],
    ...one.contradictions.map((message): [string, string] => ["contradiction", message]),
    ...one.tokens.map(({ madeAtUtc, endsAtUtc }): [string, string] => [
      "token",
      `created ${madeAtUtc}${endsAtUtc ? `, expires ${endsAtUtc}` : ""}`,
    ]),
  ];
}
