/** `mooring clusters rebind`: an operator confirms that a registered cluster was rebuilt. */
import { Command } from "commander";
import { rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";

interface RebindOptions {
  readonly identity: string;
  readonly reason: string;
}

export function rebindCommand(): Command {
  return new Command("rebind")
    .argument("<name>")
    .description("confirm that a cluster was rebuilt: accepts its next list with this identity")
    .requiredOption(
      "--identity <uid>",
      "from the rebuilt cluster: kubectl get service kubernetes -n default -o jsonpath={.metadata.uid}",
    )
    .requiredOption("--reason <text>", "reason, recorded with the identity")
    .action(rebind);
}

async function rebind(
  name: string,
  { identity: uid, reason }: RebindOptions,
  command: Command,
): Promise<void> {
  const run = await open();
  const identity = await rebindCluster(run, name, { uid, reason, who: operator() });
  if (isData(command)) return printData(command, { name, identity });
  console.log(`Cluster ${name} is bound to identity ${identity.uid}.`);
  console.log(
    "Earlier declarations are removed; no orphans are proved until the next complete list of the cluster.",
  );
}
