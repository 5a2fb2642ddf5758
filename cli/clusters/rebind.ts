/** `mooring clusters rebind`: an operator confirms that a cluster was rebuilt, or that two were mixed up. */
import { Command } from "commander";
import { exchangeIdentities, rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";

interface RebindOptions {
  readonly identity?: string;
  readonly exchange?: string;
  readonly reason: string;
}

export function rebindCommand(): Command {
  return new Command("rebind")
    .argument("<name>")
    .description("confirm the identity of a rebuilt cluster, or of two clusters whose tokens were mixed up")
    .option(
      "--identity <uid>",
      "from the rebuilt cluster: kubectl get service kubernetes -n default -o jsonpath={.metadata.uid}",
    )
    .option("--exchange <cluster>", "the cluster whose identity this one got, and which got this one's")
    .requiredOption("--reason <text>", "reason, recorded with the identity")
    .action(rebind);
}

async function rebind(name: string, options: RebindOptions, command: Command): Promise<void> {
  const { identity: uid, exchange: other, reason } = options;
  if ((uid === undefined) === (other === undefined))
    throw new InvalidInput("use --identity for a rebuilt cluster, or --exchange for two that were mixed up");
  const run = await open();
  const confirmed = { reason, who: operator() };
  const bound =
    other === undefined
      ? [{ name, identity: await rebindCluster(run, name, { uid, ...confirmed }) }]
      : await exchangeIdentities(run, name, { other, ...confirmed });
  if (isData(command)) return printData(command, other === undefined ? bound[0] : bound);
  for (const one of bound) console.log(`Cluster ${one.name} is bound to identity ${one.identity.uid}.`);
  console.log(
    "Earlier declarations are removed; no orphans are proved until the next complete list of the cluster.",
  );
}
