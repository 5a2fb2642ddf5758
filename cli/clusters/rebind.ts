/** `mooring clusters rebind`: an operator confirms that the cluster behind a registration was rebuilt. */
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
    .description("confirm that a cluster was rebuilt: its next list with this identity is accepted")
    .requiredOption(
      "--identity <uid>",
      "kubectl get service kubernetes -n default -o jsonpath={.metadata.uid}, in the rebuilt cluster",
    )
    .requiredOption("--reason <text>", "why, for the record")
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
    "What it declared before is forgotten; nothing of it is judged an orphan until its next complete list.",
  );
}
