/** The HTTP API on memory ports, called through the real `HttpRequest`, with data for every operation. */
import { proposedClaim } from "./claims.ts";
import { gunzipSync } from "node:zlib";
import { HttpRequest } from "@azure/functions";
import { keyOf } from "../../api/key.ts";
import { serve } from "../../api/serve.ts";
import { REQUEST_HEADER } from "../../api/input.ts";
import type { App } from "../../shared/adapters/app.ts";
import type { JsonObject } from "../../shared/ports/resources.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { FINDINGS, findingKey } from "../../shared/findings/findingStore.ts";
import { addressKey } from "../../shared/azure/addressKey.ts";
import type { AddressRow } from "../../shared/inventory/model.ts";
import { silentLog } from "../../shared/ports/log.ts";
import { canonicalId } from "../../shared/azure/resourceId.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { MemoryInstallation } from "../memory/installation.ts";
import { Settings } from "../../shared/core/settings.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import { observeBefore } from "./confirmed.ts";
import { confirmNow } from "./reports.ts";
import {
  balancer,
  balancerBody,
  balancerId,
  cluster,
  managedCluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsBody,
  plsIdIn,
  plsIntent,
  NOW,
  PARTNER,
  feed,
  subnetId,
  subnetRow,
  VNET,
} from "./world.ts";

export const OTHER = "33333333-3333-3333-3333-333333333333";
export const ORIGIN = "https://mooring.example";

export interface Asking {
  readonly as?: "operator" | "reader" | "anonymous" | "stranger";
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string;
  readonly ifMatch?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly body: any;
}

/** Calls `METHOD /path` below `/api/v1`, by default as an operator whom the platform has authenticated. */
export type Ask = (what: string, asking?: Asking) => Promise<Answered>;

/** As App Service authentication sends it. */
export function clientPrincipal(roles: readonly string[], some: object = {}): string {
  const claims = [
    { typ: "preferred_username", val: "ada@example.com" },
    { typ: "name", val: "Ada" },
    ...roles.map((val) => ({ typ: "roles", val })),
  ];
  const principal = { auth_typ: "aad", name_typ: "name", role_typ: "roles", claims, ...some };
  return Buffer.from(JSON.stringify(principal)).toString("base64");
}

const ROLES = { operator: ["Mooring.Operator"], reader: ["Mooring.Reader"], stranger: ["Other.Role"] };

export function appOver(run: MemoryRun, settings: Partial<Settings> = {}): App {
  return {
    settings: { ...Settings.parse({ MOORING_SUBSCRIPTIONS: SUBSCRIPTION }), ...settings },
    apply: createApply(run.resources),
    run: () => run,
    installation: async () => new MemoryInstallation(),
    prepare: async () => {},
  };
}

export function apiOver(run: MemoryRun, settings: Partial<Settings> = {}): Ask {
  const app = appOver(run, settings);
  return async (what, asking = {}) => {
    const { env = { WEBSITE_AUTH_ENABLED: "True" } } = asking;
    const answer = await serve(toRequest(what, asking), silentLog, { open: async () => app, env });
    return read(answer.status, answer.headers, answer.body);
  };
}

export function toRequest(
  what: string,
  { as = "operator", body, raw, ifMatch, headers = {} }: Asking,
): HttpRequest {
  const [method = "GET", path = "/"] = what.split(" ");
  const isRead = ["GET", "HEAD", "OPTIONS"].includes(method);
  const sent = Object.entries({
    host: new URL(ORIGIN).host,
    ...(as !== "anonymous" && { "x-ms-client-principal": clientPrincipal(ROLES[as]) }),
    ...(!isRead && { "content-type": "application/json", [REQUEST_HEADER]: "1" }),
    ...(ifMatch !== undefined && { "if-match": ifMatch }),
    ...headers,
  });
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new HttpRequest({
    method,
    url: `${ORIGIN}/api/v1${path}`,
    headers: Object.fromEntries(
      sent.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    ...(text !== undefined && { body: { string: text } }),
  });
}

export function read(
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array = "",
): Answered {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
  const isJson = /^application\/(problem\+)?json(;|$)/.test(headers["content-type"] ?? "") && text !== "";
  return { status, headers, text, body: isJson ? JSON.parse(text) : undefined };
}

export const FINDING: Finding = {
  id: "0123456789ab",
  check: "pls-visibility-differs",
  severity: "error",
  scope: `subscription:${SUBSCRIPTION}`,
  about: plsIdIn("pls"),
  cluster: "one",
  message: "Private Link Service pls is visible to all subscriptions",
  advice: "let Mooring put it back",
  declared: SUBSCRIPTION,
  actual: "*",
  firstSeenAtUtc: "2026-11-20T08:00:00.000Z",
  lastSeenAtUtc: NOW,
};

/** Cluster one exists and has a PLS that differs, with pending connections; cluster old was deleted and left a load balancer. */
export async function apiWorld(): Promise<MemoryRun> {
  const run = memoryRun();
  const { clusters, declarations, feeds, subnets, vnets, usage, findings, trends } = run.tables;
  const old = cluster({
    name: "old",
    resourceId: cluster().resourceId.replace(/one$/, "old"),
    nodeResourceGroup: "MC_old",
  });
  await clusters.transact("all", [
    { do: "put", key: "one", value: cluster() },
    { do: "put", key: "old", value: old },
  ]);
  run.network.clusters = [managedCluster()];
  const { list, ...reported } = feed();
  const wanted = plsIntent({ autoApproval: [PARTNER] });
  await declarations.transact("one", [
    {
      do: "put",
      key: "shop/web",
      value: declared({ intent: intent({ pls: wanted, addresses: { ipv4: "10.0.1.10" } }) }),
    },
  ]);
  await feeds.transact("all", [
    { do: "put", key: "one", value: { ...reported, ...(list && { list: { ...list, services: 1 } }) } },
  ]);
  await placeResources(run);
  await subnets.transact(canonicalId(VNET), [
    { do: "put", key: "apps", value: subnetRow({ usedAddresses: 1 }) },
    {
      do: "put",
      key: "empty",
      value: subnetRow({ name: "empty", prefixes: ["10.0.2.0/28"], usableAddresses: 11 }),
    },
  ]);
  await vnets.transact("all", [
    { do: "put", key: canonicalId(VNET), value: { id: VNET, scannedAtUtc: NOW } },
  ]);
  await putAddresses(run, [
    { address: "10.0.1.10", assignment: { holderId: frontend().id, seenAtUtc: NOW } },
    {
      address: "10.0.1.20",
      claims: [proposedClaim({ name: "next", uid: "u", expiresAtUtc: "2026-11-23T13:00:00.000Z" })],
    },
    {
      address: "10.0.1.30",
      claims: [proposedClaim({ name: "late", uid: "v", expiresAtUtc: "2026-11-23T11:00:00.000Z" })],
    },
  ]);
  for (const [day, used] of [
    ["20", 1],
    ["21", 2],
    ["22", 3],
    ["23", 4],
  ] as const)
    await usage.transact(canonicalId(subnetId("apps")), [
      { do: "put", key: `2026-11-${day}`, value: { date: `2026-11-${day}`, used, usable: 251 } },
    ]);
  await run.tables.privateLinkServices.transact(SUBSCRIPTION, [
    {
      do: "put",
      key: "mc_one/pls",
      value: {
        id: plsIdIn("pls"),
        name: "pls",
        owner: "shop/web",
        frontendIds: [frontend().id],
        frontendAddresses: ["10.0.1.10"],
        consumers: [{ status: "Pending", subscription: PARTNER }],
      },
    },
  ]);
  await findings.transact(FINDINGS, [
    { do: "put", key: findingKey(FINDING), value: FINDING },
    ...Array.from({ length: 5 }, (_, n) => {
      const value: Finding = {
        ...FINDING,
        id: `00000000000${n}`,
        check: "load-balancer-basic-sku",
        severity: "warning",
        about: balancerId(`MC_${n}`),
        message: "a load balancer of Basic SKU",
      };
      return { do: "put" as const, key: findingKey(value), value };
    }),
  ]);
  await trends.transact("all", [
    {
      do: "put",
      key: "2026-11-22",
      value: {
        date: "2026-11-22",
        counts: { error: 1, warning: 2, info: 0 },
        byCheck: { "load-balancer-basic-sku": 2 },
      },
    },
  ]);
  const item = { what: "orphans", id: "all", why: "timer", seenAtUtc: NOW, correlationId: "c" };
  await sweepOrphans(run, createApply(run.resources), item);
  return run;
}

const pending = (name: string, subscription: string) =>
  connection({
    name,
    status: "Pending",
    endpointId: `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/${name}`,
  });

async function placeResources(run: MemoryRun): Promise<void> {
  const connections = [connection(), pending("pe.2", PARTNER), pending("pe.3", OTHER)];
  run.network.balancers = [balancer(), abandonedBalancer()];
  run.network.allPrivateLinkServices = [pls({ visibility: ["*"], autoApproval: [PARTNER], connections })];
  for (const one of run.network.balancers)
    run.resources.place(one.id, { location: "westeurope", ...balancerBody(one) });
  for (const one of run.network.allPrivateLinkServices)
    run.resources.place(one.id, {
      tags: { ...one.tags },
      properties: {
        ...(plsBody(one)["properties"] as JsonObject),
        visibility: { subscriptions: [...one.visibility] },
        autoApproval: { subscriptions: [...one.autoApproval] },
      },
    });
  for (const { id, status, description } of connections)
    run.resources.place(id, {
      properties: {
        provisioningState: "Succeeded",
        privateLinkServiceConnectionState: { status, description },
      },
    });
  for (const { id } of [...run.network.allPrivateLinkServices, ...connections])
    await observeBefore(run.tables, id, (await run.resources.read(id))?.version ?? "");
}

/** Of a deleted cluster: its nodes are not in the backend pool any more. */
function abandonedBalancer() {
  const id = balancerId("MC_old");
  return balancer({
    id,
    frontends: [frontend({ name: `a${"2".repeat(31)}` }, id)],
    pools: [{ id: `${id}/backendAddressPools/kubernetes`, name: "kubernetes", members: 0 }],
  });
}

export async function putAddresses(
  run: MemoryRun,
  rows: readonly AddressRow[],
  subnet = subnetId("apps"),
): Promise<void> {
  for (const value of rows)
    await run.tables.addresses.transact(canonicalId(subnet), [
      { do: "put", key: addressKey(value.address), value },
    ]);
}

/** Everything that is kept, for before and after. */
export function everything(run: MemoryRun): unknown {
  const tables = Object.entries(run.tables).map(([name, table]) => [name, table.all()] as const);
  return structuredClone({
    ...Object.fromEntries(tables),
    states: [...run.states.states],
    sent: run.queue.sent,
    resources: [...run.network.balancers, ...run.network.allPrivateLinkServices].map(({ id }) =>
      run.resources.bodyOf(id),
    ),
  });
}

/** An audit on its way, and a reconcile that was done: something for every list. */
export async function applied(run: MemoryRun): Promise<void> {
  const ask = apiOver(run);
  await ask("POST /audits", { body: {} });
  run.clock.advance(1);
  await ask("POST /audits", { body: {} });
  const reconcile = `POST /pls/${keyOf(plsIdIn("pls"))}/reconcile`;
  await carriedOut(ask, reconcile);
  await confirmNow(run);
  await carriedOut(ask, reconcile);
}

/** Plans, then does what was shown. */
export async function carriedOut(ask: Ask, what: string, body: unknown = {}): Promise<Answered> {
  const shown = await ask(`${what}?dryRun=true`, { body });
  return ask(what, { body, ifMatch: shown.body.plan.etag });
}
