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
      .description("create a second token; the first one expires after the overlap")
      .option("--overlap-hours <hours>", "validity of the first token from now on", "24")
      .option("--write <file>", "manifest file (default: mooring-NAME.yaml)"),
  ).action(rotate);
  clusters.addCommand(rebindCommand());
  clusters
    .command("remove <name>")
    .description("remove the registration and tokens of a cluster; its resources in Azure are not changed")
    .action(remove);
  clusters
    .command("policy <name>")
    .description("print ValidatingAdmissionPolicies of the rules that need no Azure state")
    .option("--exclude <namespaces...>", "namespaces to exclude", [])
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
  if (!(overlapHours >= 0 && overlapHours <= 24 * 30))
    throw new InvalidInput("--overlap-hours: not a number from 0 to 720");
  const run = await open();
  const created = await rotateToken(run, name, overlapHours);
  reportToken(command, created, await writeFor(run, created, { installation, file: options.write }));
}

async function remove(name: string, _options: unknown, command: Command): Promise<void> {
  const run = await open();
  await requireCluster(run, name);
  await removeCluster(run, name);
  if (isJson(command)) return console.log(JSON.stringify({ removed: name }));
  console.log(
    `Removed the registration of cluster ${name}. Its resources in Azure are not changed and no longer managed.`,
  );
  console.log(
    `To uninstall Mooring from the cluster: kubectl delete --ignore-not-found -f mooring-${name}.yaml (the file that \`clusters add\` or \`rotate\` wrote last)`,
  );
}

async function policy(name: string, { exclude }: { exclude: string[] }): Promise<void> {
  const run = await open();
  const [cluster, active] = await waitForAll([requireCluster(run, name), readPolicy(run)]);
  process.stdout.write(await writeAdmissionPolicy({ cluster, policy: active.policy, exclude }));
}
