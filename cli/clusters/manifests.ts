/** Manifests of a cluster as one file for `kubectl apply`: relay, webhooks, sender of declarations. */
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { makeCertificate, type CertificatePair } from "./certificate.ts";
import type { Installation } from "./installation.ts";
import { fillFile, fillManifests, type Manifest, type Values } from "./template.ts";
import { waitForAll } from "../../shared/core/waitForAll.ts";

const HTTPS_PORT = 443;
/** Less than the timeout of the webhook, so that the API server receives the error. */
const RELAY_SPARE_SECONDS = 1;

export interface Manifests {
  readonly text: string;
  /** Set if a certificate was generated. */
  readonly certificateEndsAtUtc?: string;
}

export interface Subject {
  readonly cluster: string;
  readonly token: string;
  readonly installation: Installation;
  readonly now: Date;
}

export async function writeManifests(subject: Subject): Promise<Manifests> {
  const { installation, now } = subject;
  const values = valuesOf(subject);
  const pair = isGenerated(installation) ? await makeCertificate(relayNames(installation), now) : undefined;
  const all = [
    ...(await fillManifests("namespace.yaml", values)),
    tokenSecret(subject),
    ...(installation.way === "relay" ? await relay(subject, values, pair) : []),
    ...(await sender(subject, values)),
    ...(await webhooks(subject, values, pair)),
  ];
  const text = all.map((manifest) => stringify(manifest, { lineWidth: 0 })).join("---\n");
  return { text: `${head(subject)}${text}`, ...(pair && { certificateEndsAtUtc: pair.endsAtUtc }) };
}

function isGenerated({ way, certificate }: Installation): boolean {
  return way === "relay" && certificate === "generated";
}

function relayNames({ namespace }: Installation): string[] {
  return [`mooring-relay.${namespace}.svc`, `mooring-relay.${namespace}.svc.cluster.local`];
}

function head({ cluster }: Subject): string {
  return `# Mooring for cluster ${cluster}: kubectl apply -f THIS-FILE. Contains the token of the cluster: keep it secret like a password.\n`;
}

function valuesOf({ cluster, installation }: Subject): Values {
  const { url, namespace, exclude, timeout } = installation;
  const { hostname, port: text } = new URL(url);
  const port = text === "" ? HTTPS_PORT : Number(text);
  return {
    ...installation,
    cluster,
    host: hostname,
    port,
    // Ports of the API server and of the Function App.
    ports: [...new Set([HTTPS_PORT, port])].map((one) => ({ protocol: "TCP", port: one })),
    excluded: [...new Set(["kube-system", namespace, ...exclude])],
    timeout,
  };
}

/** Where the relay's files are in its pod. */
const POD = {
  listen: 8443,
  temporary: "/tmp",
  credential: "/etc/mooring-credential",
  certificate: "/etc/mooring-certificate",
  authorities: "/etc/ssl/certs/ca-certificates.crt",
};

async function relay(
  { token, installation }: Subject,
  values: Values,
  pair: CertificatePair | undefined,
): Promise<Manifest[]> {
  const { namespace, certificate, timeout } = installation;
  const configuration = await fillFile("relay/nginx.conf", {
    ...values,
    ...POD,
    timeout: Math.max(timeout - RELAY_SPARE_SECONDS, 1),
  });
  const checksum = createHash("sha256").update(configuration).update(token).digest("hex");
  const workload = await fillManifests("relay/relay.yaml", { ...values, checksum });
  return [
    ...(certificate === "cert-manager" ? await fillManifests("relay/certManager.yaml", values) : []),
    ...(pair ? [certificateSecret(namespace, pair)] : []),
    configMap(namespace, "mooring-relay", { "nginx.conf": configuration }),
    ...workload.map((manifest) => admitApiServer(manifest, installation)),
  ];
}

async function sender({ installation: { namespace, way } }: Subject, values: Values): Promise<Manifest[]> {
  const script = await fillFile("declarations/send.sh", values);
  const scriptChecksum = createHash("sha256").update(script).digest("hex");
  const workload = await fillManifests("declarations/declarations.yaml", { ...values, scriptChecksum });
  return [
    configMap(namespace, "mooring-declarations", { "send.sh": script }),
    ...(way === "relay" ? workload.map((manifest) => withRelayProbe(manifest, namespace)) : workload),
  ];
}

/** The sender probes the relay as the API server calls it: it trusts the CA of the relay and may connect to its pods. */
function withRelayProbe(manifest: Manifest, namespace: string): Manifest {
  if (manifest.kind === "NetworkPolicy") return reachingRelay(manifest);
  if (manifest.kind !== "Deployment") return manifest;
  const { spec } = (manifest as unknown as Workload).spec.template;
  const [container] = spec.containers;
  container.env.push(
    { name: "RELAY_URL", value: `https://${RELAY}.${namespace}.svc/admit` },
    { name: "RELAY_CA", value: "/etc/mooring-relay/ca.crt" },
  );
  container.volumeMounts.push({ name: "relay", mountPath: "/etc/mooring-relay", readOnly: true });
  spec.volumes.push({
    name: "relay",
    secret: {
      secretName: "mooring-relay-certificate",
      // Without the private key.
      items: [{ key: "ca.crt", path: "ca.crt" }],
    },
  });
  return manifest;
}

interface Workload {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [{ readonly env: object[]; readonly volumeMounts: object[] }];
        readonly volumes: object[];
      };
    };
  };
}

function reachingRelay(manifest: Manifest): Manifest {
  const { spec } = manifest as unknown as { spec: { egress: object[] } };
  spec.egress.push({
    to: [{ podSelector: { matchLabels: COMPONENT("relay") } }],
    ports: [{ protocol: "TCP", port: POD.listen }],
  });
  return manifest;
}

const RELAY = "mooring-relay";
const COMPONENT = (name: string) => ({
  "app.kubernetes.io/name": "mooring",
  "app.kubernetes.io/component": name,
});

/** The token for the sender, and as an include file for the relay. */
function tokenSecret({ token, installation: { namespace } }: Subject): Manifest {
  const credential = `map $host $mooring_token {\n  default "${token}";\n}\n`;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "mooring-token", namespace },
    type: "Opaque",
    stringData: { token, "credential.conf": credential },
  };
}

function certificateSecret(namespace: string, { authority, certificate, key }: CertificatePair): Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "mooring-relay-certificate", namespace },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certificate, "tls.key": key, "ca.crt": authority },
  };
}

function configMap(namespace: string, name: string, data: Record<string, string>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

/** With API Server VNet Integration, requests come from a subnet instead of the konnectivity agents. */
function admitApiServer(manifest: Manifest, { apiServerRange }: Installation): Manifest {
  if (manifest.kind !== "NetworkPolicy" || apiServerRange === undefined) return manifest;
  const { spec } = manifest as unknown as { spec: { ingress: [{ from: object[] }] } };
  spec.ingress[0].from.push({ ipBlock: { cidr: apiServerRange } });
  return manifest;
}

interface Configuration extends Manifest {
  metadata: { annotations?: Record<string, string> };
  webhooks: { clientConfig: object }[];
}

async function webhooks(
  subject: Subject,
  values: Values,
  pair: CertificatePair | undefined,
): Promise<Manifest[]> {
  const { mutate } = subject.installation;
  const files = [["validating", "admit"], ...(mutate ? [["mutating", "mutate"]] : [])] as const;
  return waitForAll(
    files.map(async ([file, path]) => {
      const [configuration] = (await fillManifests(`webhook/${file}.yaml`, values)) as [Configuration];
      return withClient(configuration, { subject, path: path ?? "", pair });
    }),
  );
}

interface Client {
  readonly subject: Subject;
  readonly path: string;
  readonly pair: CertificatePair | undefined;
}

function withClient(configuration: Configuration, { subject, path, pair }: Client): Manifest {
  const { cluster, token, installation } = subject;
  const { url, way, namespace } = installation;
  const service = { name: "mooring-relay", namespace, path: `/${path}`, port: HTTPS_PORT };
  const caBundle = pair && { caBundle: Buffer.from(pair.authority).toString("base64") };
  for (const webhook of configuration.webhooks)
    webhook.clientConfig =
      way === "relay" ? { service, ...caBundle } : { url: `${url}/api/${path}/${cluster}/${token}` };
  if (way === "relay" && !pair)
    configuration.metadata.annotations = { "cert-manager.io/inject-ca-from": `${namespace}/mooring-relay` };
  return configuration;
}
