/** A sandbox in which every text that people, clusters and Azure can choose is hostile. */
import { randomUUID } from "node:crypto";
import { ApiServer } from "../../dev/sandbox/cluster/apiServer.ts";
import { Sender } from "../../dev/sandbox/cluster/sender.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { DemoWorld } from "../../dev/sandbox/demo/world.ts";
import type { Sandbox } from "../../dev/sandbox/start/startSandbox.ts";
import { PLATFORM, SHARED_VNET } from "../../dev/sandbox/world/definition.ts";
import { tableOpener } from "../../shared/adapters/clients.ts";
import { azureTable } from "../../shared/adapters/table.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { FINDINGS, findingKey } from "../../shared/findings/findingStore.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { FINDING } from "../builders/api.ts";
import { runCli } from "../cli/runCli.ts";
import { EVERYTHING, HOSTILE } from "./hostile.ts";

const A = "service.beta.kubernetes.io/azure-";
export const CLUSTER = "evil";

/** The response to the API server for each text. */
export interface Told {
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Registers a cluster, sends its Services and reviews of them, lets people give reasons, and audits. */
export async function fillWithHostility(sandbox: Sandbox): Promise<Told> {
  const world = new DemoWorld(sandbox, sandbox.arm.fetch);
  const token = await registered(sandbox);
  const told = await review(sandbox, token);
  await declare(sandbox, token);
  await sendEvent(sandbox);
  await setPrivateLinkServices(world);
  await decide(sandbox, world);
  await runCli(["audit"], { env: sandbox.settings });
  await find(sandbox);
  await acknowledge(sandbox);
  return told;
}

async function registered({ settings }: Sandbox): Promise<string> {
  const group = `/subscriptions/${PLATFORM}/resourceGroups/rg-evil`;
  const place = [
    ["--resource-id", `${group}/providers/Microsoft.ContainerService/managedClusters/${CLUSTER}`],
    ["--node-resource-group", "MC_evil"],
    ["--vnet", SHARED_VNET],
    ["--default-subnet", "apps"],
    ["--unchecked", "--reason", "its managed cluster does not exist"],
  ].flat();
  const { out, err } = await runCli(["-o", "json", "clusters", "add", CLUSTER, ...place], { env: settings });
  if (err !== "") throw new Error(err);
  return JSON.parse(out).token;
}

export function services(): Service[] {
  return HOSTILE.map(({ text }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: text, namespace: text, uid: randomUUID(), annotations: annotations(text) },
    spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: text }], loadBalancerIP: text },
  }));
}

function annotations(text: string): Record<string, string> {
  return {
    [`${A}load-balancer-internal`]: "true",
    [`${A}load-balancer-internal-subnet`]: text,
    [`${A}load-balancer-ipv4`]: text,
    [`${A}pls-create`]: "true",
    [`${A}pls-name`]: text,
    [`${A}pls-fqdns`]: text,
    [`${A}pls-visibility`]: text,
    [`${A}${text}`]: text,
    "mooring.dev/address-pool": text,
  };
}

/** As the sender of a cluster whose API server checks nothing. */
async function declare({ hostUrl }: Sandbox, token: string): Promise<void> {
  const stored = services().map((one, index) => ({
    ...one,
    metadata: { ...one.metadata, resourceVersion: String(index + 1) },
  }));
  const apiServer = new ApiServer({ state: { version: stored.length, services: stored } });
  const { status, body } = await new Sender(
    `${hostUrl}/api/clusters/${CLUSTER}/declarations/${token}`,
    apiServer,
  ).confirm();
  if (status !== 200) throw new Error(`declarations answered ${status} ${JSON.stringify(body)}`);
}

async function send({ hostUrl }: Sandbox, path: string, token: string, body: object): Promise<any> {
  const headers = { "content-type": "application/json", "x-mooring-token": token };
  const response = await fetch(`${hostUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return response.json();
}

/** Each as a new Service, sent to both webhooks. */
async function review(sandbox: Sandbox, token: string): Promise<Told> {
  const kind = { group: "", version: "v1", kind: "Service" };
  const told: any[] = [];
  for (const object of services())
    for (const door of ["admit", "mutate"]) {
      const request = { uid: randomUUID(), kind, operation: "CREATE", object };
      const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
      told.push((await send(sandbox, `/api/${door}/${CLUSTER}`, token, body)).response);
    }
  return {
    refusals: told.flatMap(({ status }) => status?.message ?? []),
    warnings: told.flatMap(({ warnings }) => warnings ?? []),
  };
}

async function sendEvent({ hostUrl, keys }: Sandbox): Promise<void> {
  const events = HOSTILE.map(({ text }) => ({
    id: text,
    subject: text,
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    eventTime: new Date().toISOString(),
    data: {
      operationName: text,
      correlationId: text,
      claims: { name: text },
      resourceUri: plsId(text),
    },
  }));
  await fetch(`${hostUrl}/runtime/webhooks/EventGrid?functionName=onResourceEvent&code=${keys.eventGrid}`, {
    method: "POST",
    headers: { "content-type": "application/json", "aeg-event-type": "Notification" },
    body: JSON.stringify(events),
  });
}

function plsId(name: string): string {
  return `/subscriptions/${PLATFORM}/resourceGroups/rg-evil/providers/Microsoft.Network/privateLinkServices/${name}`;
}

/** As people in the portal and consumers write what they like into a PLS. */
async function setPrivateLinkServices(world: DemoWorld): Promise<void> {
  const privateLinkServices: { id: string; name: string }[] = JSON.parse(
    await world.mooring(["-o", "json", "pls", "list"]),
  );
  const id = privateLinkServices.find(({ name }) => name === "pls-reports")?.id ?? "";
  const body = await world.arm("GET", id);
  const fqdns = HOSTILE.map(({ text }) => text);
  const tags = { ...body.tags, note: EVERYTHING.slice(0, 256) };
  await world.arm("PUT", id, { ...body, tags, properties: { ...body.properties, fqdns } });
}

/** Writes are stopped: the journal contains the request and the reason of its refusal. */
async function decide({ settings }: Sandbox, world: DemoWorld): Promise<void> {
  await world.mooring(["resume"]);
  const waiting: { name: string }[] = JSON.parse(await world.mooring(["-o", "json", "connections", "list"]));
  const reasons = EVERYTHING.replaceAll("\u0000", "");
  // A reason has at most 200 or 500 characters; the name of an operator has no limit.
  const env = { ...settings, MOORING_OPERATOR: reasons };
  const reason = reasons.slice(0, 150);
  for (const { name } of waiting.slice(0, 1))
    await runCli(["connections", "reject", name, "--reason", reason, "--yes"], { env });
  const orphans: { name: string }[] = JSON.parse(await world.mooring(["-o", "json", "orphans", "list"]));
  for (const { name } of orphans.slice(0, 1))
    await runCli(["orphans", "hold", name, "--reason", reasons.slice(0, 500)], { env: settings });
  await world.mooring(["stop", reasons.slice(0, 500)]);
}

/** As if each text were the message of a check: which check quotes which text does not matter here. */
async function find({ settings }: Sandbox): Promise<void> {
  const table = azureTable<Finding>(() => tableOpener(parseSettings(settings))("findings"));
  for (const [index, { text }] of HOSTILE.entries()) {
    const id = `bad${String(index).padStart(9, "0")}`;
    const texts = {
      about: text,
      cluster: CLUSTER,
      message: text,
      advice: text,
      declared: text,
      actual: text,
    };
    const value = { ...FINDING, ...texts, id, allowed: text, planned: [`+ ${text}`], scope: "mooring" };
    await table.transact(FINDINGS, [{ do: "put", key: findingKey(value), value }]);
  }
}

async function acknowledge({ settings }: Sandbox): Promise<void> {
  const { out } = await runCli(["-o", "json", "findings", "list", "--cluster", CLUSTER], { env: settings });
  const [first] = JSON.parse(out) as { id: string }[];
  const reason = EVERYTHING.replaceAll("\u0000", "").slice(0, 500);
  await runCli(["findings", "acknowledge", first?.id ?? "", "--until", "7d", "--reason", reason], {
    env: { ...settings, MOORING_OPERATOR: reason },
  });
}
