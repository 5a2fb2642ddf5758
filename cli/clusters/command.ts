import { Command } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { removeCluster, requireCluster, rotateToken } from "../../shared/declarations/registry.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { open } from "../open.ts";
import { isJson } from "../print.ts";
import { addCommand } from "./add.ts";
import { writeAdmissionPolicy } from "./admissionPolicy.ts";
import { discoverCommand } from "./discover.ts";
import { listCommand, showCommand } from "./list.ts";
import {
  installationOf,
  reportToken,
  withManifests,
  writeFor,
  type ManifestOptions,
} from "./manifestOptions.ts";
import { rebindCommand } from "./rebind.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

export function clustersCommand(): Command {
  const clusters = new Command("clusters").description(
    "register clusters, write their manifests, rotate their tokens",
  );
  for (const command of [addCommand(), discoverCommand()]) clusters.addCommand(command);
  withManifests(
    clusters
      .command("rotate <name>")
      .description("make a second token; the first one ends after the overlap")
      .option("--overlap-hours <hours>", "how long the first one stays valid", "24")
      .option("--write <file>", "where to (mooring-NAME.yaml)"),
  ).action(rotate);
  clusters.addCommand(rebindCommand());
  clusters
    .command("remove <name>")
    .description("forget a cluster and its tokens; nothing of it in Azure is touched")
    .action(remove);
  clusters
    .command("policy <name>")
    .description("the rules that need no Azure state as ValidatingAdmissionPolicies, for kubectl apply -f -")
    .option("--exclude <namespaces...>", "namespaces that are not judged", [])
    .action(policy);
  for (const command of [listCommand(), showCommand()]) clusters.addCommand(command);
  return clusters;
}

interface RotateOptions extends ManifestOptions {
  readonly overlapHours: string;
}

async function rotate(name: string, options: RotateOptions, command: Command): Promise<void> {
  const installation = installationOf(options);
  const overlapHours = Number(options.overlapHours);
  if (!(overlapHours >= 0 && overlapHours <= 24 * 30)) throw new InvalidInput("--overlap-hours: 0 to 720");
  const run = await open();
  const made = await rotateToken(run, name, overlapHours);
  reportToken(command, made, await writeFor(run, made, { installation, file: options.write }));
}

async function remove(name: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  await requireCluster(run, name);
  await removeCluster(run, name);
  if (isJson(command)) return console.log(JSON.stringify({ removed: name }));
  console.log(`Cluster ${name} is forgotten; what it has in Azure stays, and is no longer watched.`);
  console.log(
    `In the cluster: kubectl delete --ignore-not-found -f mooring-${name}.yaml, the file that \`clusters add\` or \`rotate\` wrote last.`,
  );
}

async function policy(name: string, { exclude }: { exclude: string[] }): Promise<void> {
  const run = await open();
  const [cluster, inForce] = await waitForAll([requireCluster(run, name), readPolicy(run)]);
  process.stdout.write(await writeAdmissionPolicy({ cluster, policy: inForce.policy, exclude }));
}
