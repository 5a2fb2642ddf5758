/** `mooring clusters discover`: managed clusters that are not registered yet, and several registrations at once. */
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { exitCodeOf, PARTLY_DONE } from "../changes.ts";
import { discoverClusters, type Discovered, type Discovery } from "../../shared/declarations/discover.ts";
import { registerCluster } from "../../shared/declarations/registry.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { inert } from "../../shared/core/inert.ts";
import { parseResourceId, resourceName } from "../../shared/azure/resourceId.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";
import type { Installation } from "./installation.ts";
import { installationOf, withManifests, writeFor, type ManifestOptions } from "./manifestOptions.ts";
import { messageOf } from "../../shared/core/messageOf.ts";

interface DiscoverOptions extends ManifestOptions {
  /** `true`: without names. */
  readonly register?: true | readonly string[];
  readonly all?: boolean;
  readonly folder: string;
}

export function discoverCommand(): Command {
  return withManifests(
    new Command("discover")
      .description("list unregistered managed clusters of the watched subscriptions, and register them")
      .option("--register [names...]", "register these clusters and write their manifests (needs --url)")
      .option("--all", "with --register: all listed clusters", false)
      .option("--folder <path>", "folder for the manifests, one mooring-NAME.yaml per cluster", "."),
  ).action(discover);
}

async function discover(options: DiscoverOptions, command: Command): Promise<void> {
  const installation = await installationFrom(options);
  const run = await open();
  const discovery = await discoverClusters(run);
  const chosen = choose(discovery.found, options);
  for (const { subscription, why } of discovery.unreadable)
    console.error(
      inert(`mooring: managed clusters of subscription ${subscription} could not be read: ${why}`),
    );
  if (discovery.unreadable.length > 0) process.exitCode = PARTLY_DONE;
  if (!installation) return printDiscovery(command, discovery);
  await registerAll(run, chosen, { command, installation, folder: options.folder });
}

/** @throws InvalidInput with all invalid options, before anything is registered */
async function installationFrom(options: DiscoverOptions): Promise<Installation | undefined> {
  const { register, all, url, folder } = options;
  const installation = installationOf(options);
  if (register === undefined) {
    if (all) throw new InvalidInput("--all: can only be used with --register");
    return undefined;
  }
  const problems = [
    ...(url === undefined
      ? ["--register: requires --url, because the tokens are written to the manifests"]
      : []),
    ...(register === true && !all
      ? ["--register: specify clusters of `mooring clusters discover`, or --all"]
      : []),
    ...(register !== true && all ? ["--all: cannot be combined with names"] : []),
    ...((await canWrite(folder)) ? [] : [`--folder ${folder}: does not exist or is not writable`]),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
  return installation;
}

function canWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

function choose(found: readonly Discovered[], { register }: DiscoverOptions): readonly Discovered[] {
  if (register === undefined || register === true) return found;
  const unknown = register.filter((name) => !found.some((one) => one.name === name));
  const names = found.map(({ name }) => name).join(", ") || "none";
  if (unknown.length > 0)
    throw new InvalidInput(
      unknown.map((name) => `--register ${name}: not found; unregistered clusters: ${names}`),
    );
  return found.filter(({ name }) => register.includes(name));
}

const COLUMNS: Readonly<Record<string, (one: Discovered) => string>> = {
  name: ({ name }) => name,
  "resource group": ({ managed }) => parseResourceId(managed.id)?.resourceGroup ?? "",
  location: ({ managed }) => managed.location,
  subscription: ({ managed }) => parseResourceId(managed.id)?.subscription ?? "",
};

function printDiscovery(command: Command, { found, registered, unreadable }: Discovery): void {
  if (isData(command))
    return printData(command, {
      found: found.map((one) => ({ ...summaryOf(one), command: oneLine(one) })),
      registered,
      unreadable,
    });
  if (found.length === 0)
    return console.log(`All ${registered} managed clusters of the watched subscriptions are registered.`);
  print(command, found, COLUMNS);
  console.log(`\n${found.length} not registered, ${registered} registered. Register all of them:`);
  console.log("  mooring clusters discover --register --all --url https://…\nor one by one:");
  for (const one of found) console.log(`\n${inertLines(pasteable(one))}`);
}

function summaryOf({ name, managed }: Discovered) {
  const { id: resourceId, location, nodeResourceGroup, subnetIds } = managed;
  return { name, resourceId, location, nodeResourceGroup, subnetIds };
}

function oneLine({ name, managed }: Discovered): string {
  return `mooring clusters add ${name} --resource-id ${managed.id}`;
}

/** Resource ids are longer than a line: split with shell line continuations. */
function pasteable({ name, managed: { id } }: Discovered): string {
  const at = id.search(/\/providers\//i);
  return [`mooring clusters add ${name} --resource-id \\`, `${id.slice(0, at)}\\`, id.slice(at)].join("\n");
}

function inertLines(text: string): string {
  return text.split("\n").map(inert).join("\n");
}

interface Registering {
  readonly command: Command;
  readonly installation: Installation;
  readonly folder: string;
}

interface Registered {
  readonly name: string;
  readonly managedCluster: string;
  readonly outcome: "registered" | "refused" | "failed";
  /** Manifest file, or the error. */
  readonly detail: string;
}

/** Registers one after the other, independently of failures. */
async function registerAll(
  run: Run,
  chosen: readonly Discovered[],
  { command, installation, folder }: Registering,
): Promise<void> {
  const results: Registered[] = [];
  for (const one of chosen) results.push(await registerOne(run, one, { installation, folder }));
  const done = results.filter(({ outcome }) => outcome === "registered").length;
  if (done < results.length) process.exitCode = exitCodeOf({ done, of: results.length });
  print(command, results, {
    name: ({ name }) => name,
    outcome: ({ outcome }) => outcome,
    manifests: ({ outcome, detail }) => (outcome === "registered" ? detail : ""),
  });
  if (isData(command)) return;
  for (const { name, outcome, detail } of results)
    if (outcome !== "registered") console.error(inert(`mooring: ${name} ${outcome}: ${detail}`));
  const count = results.filter(({ outcome }) => outcome === "registered").length;
  console.log(
    `\n${count} of ${results.length} registered. Each file contains a token: keep it secret. Apply it with`,
  );
  console.log("kubectl apply -f FILE in the cluster.");
}

async function registerOne(
  run: Run,
  { name, managed }: Discovered,
  { installation, folder }: Pick<Registering, "installation" | "folder">,
): Promise<Registered> {
  const about = { name, managedCluster: resourceName(managed.id) };
  try {
    const created = await registerCluster(run, { name, resourceId: managed.id });
    const file = join(folder, `mooring-${name}.yaml`);
    await writeFor(run, created, { installation, file }).catch((error: Error) => {
      throw new Error(
        `registered, but the manifests could not be written (${error.message}); run mooring clusters rotate ${name} --url … to create a new token`,
      );
    });
    return { ...about, outcome: "registered", detail: file };
  } catch (error) {
    const outcome = error instanceof InvalidInput ? "refused" : "failed";
    return { ...about, outcome, detail: messageOf(error) };
  }
}
