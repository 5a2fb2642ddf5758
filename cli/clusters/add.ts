/** `mooring clusters add`: registers one cluster after checking the registration with ARM. */
import { Command } from "commander";
import { parseRegistration } from "../../shared/declarations/registration.ts";
import { registerCluster } from "../../shared/declarations/registry.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { open } from "../open.ts";
import {
  installationOf,
  reportToken,
  withManifests,
  writeFor,
  type ManifestOptions,
} from "./manifestOptions.ts";

interface AddOptions extends ManifestOptions {
  readonly resourceId: string;
  readonly nodeResourceGroup?: string;
  readonly vnet?: string;
  readonly defaultSubnet?: string;
  readonly unchecked?: boolean;
  readonly reason?: string;
}

export function addCommand(): Command {
  return withManifests(
    new Command("add")
      .argument("<name>")
      .description(
        "register a cluster: check it with ARM, create its token (shown once), write its manifests",
      )
      .requiredOption("--resource-id <id>", "ARM id of the managed cluster")
      .option(
        "--node-resource-group <name>",
        "resource group of its load balancers (default: as ARM reports)",
      )
      .option("--vnet <id>", "ARM id of its virtual network (default: that of its agent pools)")
      .option(
        "--default-subnet <name>",
        "subnet of Services that name none (default: that of the first agent pool)",
      )
      .option(
        "--unchecked",
        "skip the check with ARM; the cluster is then never evidence for a delete",
        false,
      )
      .option("--reason <text>", "with --unchecked: reason, stored with the registration")
      .option("--write <file>", "manifest file (default: mooring-NAME.yaml)"),
  ).action(add);
}

async function add(name: string, options: AddOptions, command: Command): Promise<void> {
  const registration = registrationOf(name, options);
  const checks = [
    () => reasonFits(options),
    () => parseRegistration(registration),
    () => installationOf(options),
  ];
  const problems = checks.flatMap(problemsOf);
  if (problems.length > 0) throw new InvalidInput(problems);
  const installation = installationOf(options);
  const run = await open();
  const created = await registerCluster(run, registration);
  reportToken(command, created, await writeFor(run, created, { installation, file: options.write }));
}

function registrationOf(name: string, options: AddOptions) {
  const { resourceId, nodeResourceGroup, vnet: vnetId, defaultSubnet, unchecked, reason = "" } = options;
  const stated = { name, resourceId, nodeResourceGroup, vnetId, defaultSubnet };
  return unchecked ? { ...stated, unchecked: reason } : stated;
}

function reasonFits({ unchecked, reason }: AddOptions): void {
  if (!unchecked && reason !== undefined)
    throw new InvalidInput("--reason: can only be used with --unchecked");
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}
