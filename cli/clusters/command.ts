import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { InvalidInput } from "../../shared/errors.ts";
import {
  listClusters,
  parseRegistration,
  registerCluster,
  removeCluster,
  requireCluster,
  rotateToken,
  type NewToken,
} from "../../shared/clusters/registry.ts";
import { readPolicy } from "../../shared/policyStore.ts";
import type { Run } from "../../shared/ports.ts";
import { open } from "../open.ts";
import { writeAdmissionPolicy } from "./admissionPolicy.ts";
import { isJson, print } from "../print.ts";
import { parseInstallation, type Installation } from "./installation.ts";
import { writeManifests } from "./manifests.ts";

interface Options {
  readonly url?: string;
  readonly direct?: boolean;
  readonly write?: string;
  readonly overlapHours?: string;
  readonly [option: string]: unknown;
}

export function clustersCommand(): Command {
  const clusters = new Command("clusters").description(
    "register clusters, write their manifests, rotate their tokens",
  );
  withInstallation(
    clusters
      .command("add <name>")
      .description("register a cluster, make its token, shown this once, and write its manifests")
      .requiredOption("--resource-id <id>", "ARM id of the managed cluster")
      .requiredOption("--node-resource-group <name>", "resource group of its load balancers")
      .requiredOption("--vnet <id>", "ARM id of its virtual network")
      .requiredOption("--default-subnet <name>", "subnet that Services get when they name none"),
  ).action(add);
  withInstallation(
    clusters
      .command("rotate <name>")
      .description("make a second token; the first one ends after the overlap")
      .option("--overlap-hours <hours>", "how long the first one stays valid", "24"),
  ).action(rotate);
  clusters
    .command("remove <name>")
    .description("forget a cluster and its tokens; nothing of it in Azure is touched")
    .action(remove);
  clusters
    .command("policy <name>")
    .description("the rules that need no Azure state as ValidatingAdmissionPolicies, for kubectl apply -f -")
    .option("--exclude <namespaces...>", "namespaces that are not judged", [])
    .action(policy);
  clusters.command("list").description("the registered clusters").action(list);
  return clusters;
}

/** Options of the manifests; without --url none are written. */
function withInstallation(command: Command): Command {
  return command
    .option(
      "--url <origin>",
      "the Function App, e.g. https://mooring.azurewebsites.net: write manifests for it",
    )
    .option("--write <file>", "where to (mooring-NAME.yaml)")
    .option("--direct", "no relay: the API server calls the Function App itself", false)
    .option("--certificate <how>", "of the relay: generated or cert-manager", "generated")
    .option("--namespace <name>", "of Mooring in the cluster", "mooring")
    .option("--failure-policy <policy>", "when Mooring is away: Ignore or Fail", "Ignore")
    .option("--timeout <seconds>", "of the webhook", "5")
    .option("--exclude <namespaces...>", "namespaces that are not asked about", [])
    .option("--schedule <cron>", "of the snapshot job", "*/15 * * * *")
    .option("--api-server-range <cidr>", "with API Server VNet Integration: its subnet")
    .option(
      "--relay-image <image>",
      "any nginx from 1.22 on",
      "docker.io/nginxinc/nginx-unprivileged:stable-alpine",
    )
    .option("--snapshot-image <image>", "anything with sh and curl", "docker.io/curlimages/curl:8.16.0")
    .option("--resolver <server>", "the cluster's name server", "kube-dns.kube-system.svc.cluster.local")
    .option("--mutate", "also the companion that writes addresses into Services", false);
}

async function add(name: string, options: Options, command: Command): Promise<void> {
  const { resourceId, nodeResourceGroup, vnet: vnetId, defaultSubnet } = options;
  const place = { name, resourceId, nodeResourceGroup, vnetId, defaultSubnet };
  const wrong = [() => parseRegistration(place), () => installationOf(options)].flatMap(problemsOf);
  if (wrong.length > 0) throw new InvalidInput(wrong);
  const installation = installationOf(options);
  const run = await open();
  const made = await registerCluster(run, place);
  await tell(command, made, await write(run, made, { installation, file: options.write }));
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

async function rotate(name: string, options: Options, command: Command): Promise<void> {
  const installation = installationOf(options);
  const overlapHours = Number(options.overlapHours);
  if (!(overlapHours >= 0 && overlapHours <= 24 * 30)) throw new InvalidInput("--overlap-hours: 0 to 720");
  const run = await open();
  const made = await rotateToken(run, name, overlapHours);
  await tell(command, made, await write(run, made, { installation, file: options.write }));
}

/** Read before anything is registered: a wrong option must cost nothing. */
function installationOf(options: Options): Installation | undefined {
  if (options.url === undefined) return undefined;
  const { url, direct, certificate, namespace, failurePolicy, timeout, exclude, schedule } = options;
  const { apiServerRange, relayImage, snapshotImage, resolver, mutate } = options;
  const way = direct ? "direct" : "relay";
  const rest = { apiServerRange, relayImage, snapshotImage, resolver, mutate };
  return parseInstallation({
    url,
    way,
    certificate,
    namespace,
    failurePolicy,
    timeout,
    exclude,
    schedule,
    ...rest,
  });
}

interface Wanted {
  readonly installation: Installation | undefined;
  readonly file: string | undefined;
}

interface WrittenManifests {
  readonly file: string;
  readonly certificateEndsAtUtc?: string;
}

async function write(
  run: Run,
  { name, token }: NewToken,
  { installation, file = `mooring-${name}.yaml` }: Wanted,
): Promise<WrittenManifests | undefined> {
  if (!installation) return undefined;
  const { text, ...rest } = await writeManifests({ cluster: name, token, installation, now: run.now() });
  await writeFile(file, text, { mode: 0o600 });
  return { file, ...rest };
}

async function tell(command: Command, made: NewToken, written: WrittenManifests | undefined): Promise<void> {
  if (isJson(command)) return console.log(JSON.stringify({ ...made, ...written }));
  const { name, token, previousEndsAtUtc } = made;
  console.log(
    previousEndsAtUtc === undefined
      ? `Cluster ${name} is registered.`
      : `Cluster ${name} has a second token; the first one ends at ${previousEndsAtUtc}.`,
  );
  if (!written) {
    console.log("Its token is shown this once; the paths to call are");
    console.log(`  /api/admit/${name}/${token}`);
    console.log(`  /api/clusters/${name}/snapshot/${token}`);
    return;
  }
  const { file, certificateEndsAtUtc } = written;
  console.log(
    `Its manifests, token included, are in ${file}: kubectl apply -f ${file}, and keep the file secret.`,
  );
  if (certificateEndsAtUtc)
    console.log(
      `The relay's certificate ends at ${certificateEndsAtUtc}; \`mooring clusters rotate\` makes a new one.`,
    );
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
  const [cluster, inForce] = await Promise.all([requireCluster(run, name), readPolicy(run)]);
  process.stdout.write(await writeAdmissionPolicy({ cluster, policy: inForce.policy, exclude }));
}

async function list(_options: unknown, command: Command): Promise<void> {
  const run = await open();
  const now = run.now().toISOString();
  const clusters = await listClusters(run);
  // Not even the hashes of tokens are shown.
  const shown = clusters.map(({ tokens, ...cluster }) => ({
    ...cluster,
    tokens: tokens
      .filter(({ endsAtUtc }) => endsAtUtc === undefined || endsAtUtc > now)
      .map(({ madeAtUtc, endsAtUtc }) => ({ madeAtUtc, ...(endsAtUtc && { endsAtUtc }) })),
  }));
  print(command, shown, {
    name: ({ name }) => name,
    "node resource group": ({ nodeResourceGroup }) => nodeResourceGroup,
    registered: ({ registeredAtUtc }) => registeredAtUtc,
    tokens: ({ tokens }) => String(tokens.length),
  });
}
