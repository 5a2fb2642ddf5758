/** Options of the commands that write a cluster's manifests, and the writing. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { NewToken } from "../../shared/declarations/registry.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { isJson } from "../print.ts";
import { parseInstallation, type Installation } from "./installation.ts";
import { writeManifests } from "./manifests.ts";

export interface ManifestOptions {
  readonly url?: string;
  readonly direct?: boolean;
  readonly write?: string;
  readonly [option: string]: unknown;
}

/** Options of the manifests; without --url none are written. */
export function withManifests(command: Command): Command {
  return command
    .option(
      "--url <origin>",
      "the Function App, e.g. https://mooring.azurewebsites.net: write manifests for it",
    )
    .option("--direct", "no relay: the API server calls the Function App itself", false)
    .option("--certificate <how>", "of the relay: generated or cert-manager", "generated")
    .option("--namespace <name>", "of Mooring in the cluster", "mooring")
    .option("--failure-policy <policy>", "when Mooring is away: Ignore or Fail", "Ignore")
    .option("--timeout <seconds>", "of the webhook", "5")
    .option("--exclude <namespaces...>", "namespaces that are not asked about", [])
    .option("--api-server-range <cidr>", "with API Server VNet Integration: its subnet")
    .option(
      "--relay-image <image>",
      "any nginx from 1.22 on",
      "docker.io/nginxinc/nginx-unprivileged:stable-alpine",
    )
    .option(
      "--sender-image <image>",
      "any image with sh and curl 7.84 or later",
      "docker.io/curlimages/curl:8.16.0",
    )
    .option("--resolver <server>", "the cluster's name server", "kube-dns.kube-system.svc.cluster.local")
    .option("--mutate", "also the companion that writes addresses into Services", false);
}

/** Read before anything is registered: a wrong option must cost nothing. @throws InvalidInput with every problem, by option */
export function installationOf(options: ManifestOptions): Installation | undefined {
  if (options.url === undefined) return undefined;
  const { url, direct, certificate, namespace, failurePolicy, timeout, exclude } = options;
  const { apiServerRange, relayImage, senderImage, resolver, mutate } = options;
  const way = direct ? "direct" : "relay";
  const rest = { apiServerRange, relayImage, senderImage, resolver, mutate };
  return parseInstallation({
    url,
    way,
    certificate,
    namespace,
    failurePolicy,
    timeout,
    exclude,
    ...rest,
  });
}

interface Wanted {
  readonly installation: Installation | undefined;
  readonly file: string | undefined;
}

export interface WrittenManifests {
  readonly file: string;
  readonly certificateEndsAtUtc?: string;
}

export async function writeFor(
  run: Run,
  { name, token }: NewToken,
  { installation, file = `mooring-${name}.yaml` }: Wanted,
): Promise<WrittenManifests | undefined> {
  if (!installation) return undefined;
  const { text, ...rest } = await writeManifests({ cluster: name, token, installation, now: run.now() });
  await writeFile(file, text, { mode: 0o600 });
  return { file, ...rest };
}

export function reportToken(command: Command, made: NewToken, written: WrittenManifests | undefined): void {
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
    console.log(`  /api/clusters/${name}/declarations/${token}`);
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
