/** Options of the commands that write manifests of a cluster, and the writing. */
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

/** Adds the options of manifests; without --url none are written. */
export function withManifests(command: Command): Command {
  return command
    .option(
      "--url <origin>",
      "origin of the Function App, e.g. https://mooring.azurewebsites.net; writes manifests for it",
    )
    .option("--direct", "without relay: the API server calls the Function App directly", false)
    .option("--certificate <how>", "certificate of the relay: generated or cert-manager", "generated")
    .option("--namespace <name>", "namespace of Mooring in the cluster", "mooring")
    .option("--failure-policy <policy>", "if Mooring is unavailable: Ignore or Fail", "Ignore")
    .option("--timeout <seconds>", "timeout of the webhook", "5")
    .option("--exclude <namespaces...>", "namespaces to exclude", [])
    .option("--api-server-range <cidr>", "subnet of the API server, with API Server VNet Integration")
    .option(
      "--relay-image <image>",
      "image with nginx 1.22 or later",
      "docker.io/nginxinc/nginx-unprivileged:stable-alpine",
    )
    .option(
      "--sender-image <image>",
      "image with sh and curl 7.84 or later",
      "docker.io/curlimages/curl:8.16.0",
    )
    .option("--resolver <server>", "DNS server of the cluster", "kube-dns.kube-system.svc.cluster.local")
    .option("--mutate", "also install the mutating webhook, which writes addresses into Services", false);
}

/** Parsed before anything is registered, so that an invalid option has no effect. @throws InvalidInput with all problems, by option */
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

interface Target {
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
  { installation, file = `mooring-${name}.yaml` }: Target,
): Promise<WrittenManifests | undefined> {
  if (!installation) return undefined;
  const { text, ...rest } = await writeManifests({ cluster: name, token, installation, now: run.now() });
  await writeFile(file, text, { mode: 0o600 });
  return { file, ...rest };
}

export function reportToken(
  command: Command,
  created: NewToken,
  written: WrittenManifests | undefined,
): void {
  if (isJson(command)) return console.log(JSON.stringify({ ...created, ...written }));
  const { name, token, previousEndsAtUtc } = created;
  console.log(
    previousEndsAtUtc === undefined
      ? `Cluster ${name} is registered.`
      : `Cluster ${name} has a second token; the first one expires at ${previousEndsAtUtc}.`,
  );
  if (!written) {
    console.log("The token is shown only once. Paths of the app for this cluster:");
    console.log(`  /api/admit/${name}/${token}`);
    console.log(`  /api/clusters/${name}/declarations/${token}`);
    return;
  }
  const { file, certificateEndsAtUtc } = written;
  console.log(
    `Wrote the manifests to ${file}. The file contains the token: keep it secret. Apply it with kubectl apply -f ${file}`,
  );
  if (certificateEndsAtUtc)
    console.log(
      `The certificate of the relay expires at ${certificateEndsAtUtc}; \`mooring clusters rotate\` creates a new one.`,
    );
}
