/** What an audit is divided into: each part is read, checked and recorded whole, or not at all. */
import { listClusters } from "../declarations/registry.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { InvalidInput } from "../core/errors.ts";
import { unknownName } from "../core/filters.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";

export const MOORING_SCOPE = "mooring";

export function subscriptionScope(subscription: string): string {
  return `subscription:${subscription.toLowerCase()}`;
}

export function vnetScope(vnetId: string): string {
  return `vnet:${canonicalId(vnetId)}`;
}

const ORDER = ["subscription:", "vnet:", MOORING_SCOPE];

/** Subscriptions first, Mooring itself last. Pure. */
export function inScopeOrder(a: { readonly scope: string }, b: { readonly scope: string }): number {
  const rank = ({ scope }: { readonly scope: string }) =>
    `${ORDER.findIndex((kind) => scope.startsWith(kind))}${scope}`;
  return rank(a) < rank(b) ? -1 : 1;
}

/** Every watched subscription, every virtual network that the last scan saw, and Mooring itself. */
export async function listScopes(run: Run): Promise<string[]> {
  const vnets = await Array.fromAsync(run.ports.tables.vnets.list("all"));
  return [
    ...run.ports.subscriptions.map(subscriptionScope),
    ...vnets.map(({ value }) => vnetScope(value.id)),
    MOORING_SCOPE,
  ];
}

/** All, or those that are named: by scope, or by a cluster whose subscription and virtual network they are. @throws InvalidInput naming what there is */
export async function chooseScopes(run: Run, only?: readonly string[]): Promise<string[]> {
  const [scopes, clusters] = await waitForAll([listScopes(run), only ? listClusters(run) : []]);
  if (!only) return scopes;
  const wanted = only.map((name) => ({ name, scopes: scopesOf(name, scopes, clusters) }));
  const unknown = wanted.filter((one) => one.scopes.length === 0);
  const known = [...scopes, ...clusters.map(({ name }) => name)];
  if (unknown.length > 0) throw new InvalidInput(unknown.map(({ name }) => unknownScope(name, known)));
  const chosen = new Set(wanted.flatMap((one) => one.scopes));
  return scopes.filter((scope) => chosen.has(scope));
}

function unknownScope(name: string, known: readonly string[]): string {
  return unknownName(name, "scope", known) ?? `no scan has read the subscription or network of ${name}`;
}

function scopesOf(name: string, scopes: readonly string[], clusters: readonly Cluster[]): readonly string[] {
  const cluster = clusters.find((one) => one.name === name);
  const named = cluster ? scopesAround(cluster) : [name.toLowerCase()];
  return named.filter((scope) => scopes.includes(scope));
}

function scopesAround({ resourceId, vnetId }: Cluster): readonly string[] {
  return [subscriptionScope(parseResourceId(resourceId)?.subscription ?? ""), vnetScope(vnetId)];
}
