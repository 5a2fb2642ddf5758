/** `mooring clusters discover`: managed clusters that are not registered yet, and several registrations at once. */
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { exitCodeOf, PARTLY_DONE } from "../changes.ts";
import { discoverClusters, type Discovered, type Discovery } from "../../shared/clusters/discover.ts";
import { registerCluster } from "../../shared/clusters/registry.ts";
import { InvalidInput } from "../../shared/errors.ts";
import { inert } from "../../shared/inert.ts";
import { parseResourceId, resourceName } from "../../shared/network/resourceId.ts";
import type { Run } from "../../shared/ports.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";
import type { Installation } from "./installation.ts";
import { installationOf, withManifests, writeFor, type ManifestOptions } from "./manifestOptions.ts";
import { messageOf } from "../../shared/messageOf.ts";

interface DiscoverOptions extends ManifestOptions {
  /** `true`: no names were given. */
  readonly register?: true | readonly string[];
  readonly all?: boolean;
  readonly folder: string;
}

export function discoverCommand(): Command {
  return withManifests(
    new Command("discover")
      .description(
        "managed clusters of the watched subscriptions that are not registered, and how to register them",
      )
      .option("--register [names...]", "register these and write their manifests; needs --url")
      .option("--all", "with --register: every one that is listed", false)
      .option("--folder <path>", "where to write the manifests, one mooring-NAME.yaml for each", "."),
  ).action(discover);
}

async function discover(options: DiscoverOptions, command: Command): Promise<void> {
  const installation = await wantedInstallation(options);
  const run = await open();
  const discovery = await discoverClusters(run);
  const chosen = choose(discovery.found, options);
  for (const { subscription, why } of discovery.unreadable)
    console.error(
      inert(`mooring: managed clusters of subscription ${subscription} could not be read: ${why}`),
    );
  if (discovery.unreadable.length > 0) process.exitCode = PARTLY_DONE;
  if (!installation) return tell(command, discovery);
  await registerAll(run, chosen, { command, installation, folder: options.folder });
}

/** @throws InvalidInput naming every wrong option, before anything is registered */
async function wantedInstallation(options: DiscoverOptions): Promise<Installation | undefined> {
  const { register, all, url, folder } = options;
  const installation = installationOf(options);
  if (register === undefined) {
    if (all) throw new InvalidInput("--all: only with --register");
    return undefined;
  }
  const wrong = [
    ...(url === undefined
      ? ["--register: needs --url, for the manifests that the tokens are written to"]
      : []),
    ...(register === true && !all
      ? ["--register: name clusters of `mooring clusters discover`, or add --all"]
      : []),
    ...(register !== true && all ? ["--all: without names"] : []),
    ...((await canWrite(folder)) ? [] : [`--folder ${folder}: not a folder that can be written to`]),
  ];
  if (wrong.length > 0) throw new InvalidInput(wrong);
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
  const there = found.map(({ name }) => name).join(", ") || "none";
  if (unknown.length > 0)
    throw new InvalidInput(unknown.map((name) => `--register ${name}: not among those found: ${there}`));
  return found.filter(({ name }) => register.includes(name));
}

const COLUMNS: Readonly<Record<string, (one: Discovered) => string>> = {
  name: ({ name }) => name,
  "resource group": ({ managed }) => parseResourceId(managed.id)?.resourceGroup ?? "",
  location: ({ managed }) => managed.location,
  subscription: ({ managed }) => parseResourceId(managed.id)?.subscription ?? "",
};

function tell(command: Command, { found, registered, unreadable }: Discovery): void {
  if (isData(command))
    return printData(command, {
      found: found.map((one) => ({ ...summaryOf(one), command: oneLine(one) })),
      registered,
      unreadable,
    });
  if (found.length === 0)
    return console.log(`No managed cluster is unregistered; ${registered} of those listed are registered.`);
  print(command, found, COLUMNS);
  console.log(`\n${found.length} not registered, ${registered} registered. Register all of them at once:`);
  console.log("  mooring clusters discover --register --all --url https://…\nor one at a time:");
  for (const one of found) console.log(`\n${inertLines(pasteable(one))}`);
}

function summaryOf({ name, managed }: Discovered) {
  const { id: resourceId, location, nodeResourceGroup, subnetIds } = managed;
  return { name, resourceId, location, nodeResourceGroup, subnetIds };
}

function oneLine({ name, managed }: Discovered): string {
  return `mooring clusters add ${name} --resource-id ${managed.id}`;
}

/** Ids are longer than a terminal is wide: cut where a shell puts the lines together again. */
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
  /** The manifests, or why there are none. */
  readonly detail: string;
}

/** One after another: what one of them is refused for does not concern the others. */
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
    `\n${count} of ${results.length} registered. Each file contains a token: keep it secret, and run`,
  );
  console.log("kubectl apply -f FILE in its cluster.");
}

async function registerOne(
  run: Run,
  { name, managed }: Discovered,
  { installation, folder }: Pick<Registering, "installation" | "folder">,
): Promise<Registered> {
  const about = { name, managedCluster: resourceName(managed.id) };
  try {
    const made = await registerCluster(run, { name, resourceId: managed.id });
    const file = join(folder, `mooring-${name}.yaml`);
    await writeFor(run, made, { installation, file }).catch((error: Error) => {
      throw new Error(
        `registered, but not written (${error.message}): mooring clusters rotate ${name} --url … writes a new token`,
      );
    });
    return { ...about, outcome: "registered", detail: file };
  } catch (error) {
    const outcome = error instanceof InvalidInput ? "refused" : "failed";
    return { ...about, outcome, detail: messageOf(error) };
  }
}
