/** Scopes of an audit: each one is read, checked and recorded completely or not at all. */
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

/** Order: subscriptions, virtual networks, Mooring. Pure. */
export function inScopeOrder(a: { readonly scope: string }, b: { readonly scope: string }): number {
  const rank = ({ scope }: { readonly scope: string }) =>
    `${ORDER.findIndex((kind) => scope.startsWith(kind))}${scope}`;
  return rank(a) < rank(b) ? -1 : 1;
}

/** Every watched subscription, every virtual network of the last scan, and `mooring`. */
export async function listScopes(run: Run): Promise<string[]> {
  const vnets = await Array.fromAsync(run.ports.tables.vnets.list("all"));
  return [
    ...run.ports.subscriptions.map(subscriptionScope),
    ...vnets.map(({ value }) => vnetScope(value.id)),
    MOORING_SCOPE,
  ];
}

/** All scopes, or those of `only`: scopes, or clusters (their subscription and virtual network). @throws InvalidInput with the valid values */
export async function chooseScopes(run: Run, only?: readonly string[]): Promise<string[]> {
  const [scopes, clusters] = await waitForAll([listScopes(run), only ? listClusters(run) : []]);
  if (!only) return scopes;
  const requested = only.map((name) => ({ name, scopes: scopesOf(name, scopes, clusters) }));
  const unknown = requested.filter((one) => one.scopes.length === 0);
  const valid = [...scopes, ...clusters.map(({ name }) => name)];
  if (unknown.length > 0) throw new InvalidInput(unknown.map(({ name }) => unknownScope(name, valid)));
  const chosen = new Set(requested.flatMap((one) => one.scopes));
  return scopes.filter((scope) => chosen.has(scope));
}

function unknownScope(name: string, valid: readonly string[]): string {
  return (
    unknownName(name, "scope", valid) ??
    `the subscription and virtual network of ${name} have not been scanned yet`
  );
}

function scopesOf(name: string, scopes: readonly string[], clusters: readonly Cluster[]): readonly string[] {
  const cluster = clusters.find((one) => one.name === name);
  const named = cluster ? scopesAround(cluster) : [name.toLowerCase()];
  return named.filter((scope) => scopes.includes(scope));
}

function scopesAround({ resourceId, vnetId }: Cluster): readonly string[] {
  return [subscriptionScope(parseResourceId(resourceId)?.subscription ?? ""), vnetScope(vnetId)];
}
