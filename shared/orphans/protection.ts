/** What operators keep: a hold or a `mooring: off` tag protects the resource, what contains it and what it contains. Pure. */
import { isTaggedOff } from "../changes/offTag.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

/** Reasons to keep the resource; empty if there are none. */
export function protectionOf(world: World, resourceId: string): string[] {
  const related = relatedTo(world, resourceId);
  const holds = world.holds
    .filter((one) => related.has(canonicalId(one.resourceId)))
    .map(({ who, why, resourceId: id }) => `${who} holds ${which(id, resourceId)}: ${why}`);
  const tagged = [...world.balancers, ...world.privateLinkServices]
    .filter(({ id, tags }) => related.has(canonicalId(id)) && isTaggedOff(tags))
    .map(({ id }) => `${which(id, resourceId)} is tagged mooring: off`);
  return [...holds, ...tagged];
}

function which(id: string, judged: string): string {
  return canonicalId(id) === canonicalId(judged) ? "it" : resourceName(id);
}

/** Canonical ids of the resource, its containers and its contents; not of other resources beside it. */
export function relatedTo(world: World, resourceId: string): ReadonlySet<string> {
  const ids = [resourceId, ...containersOf(world, resourceId), ...contentsOf(world, resourceId)];
  return new Set(ids.map(canonicalId));
}

/** A connection is in its Private Link Service, that on its frontends; a rule is on its frontend, and both in their load balancer. */
function containersOf(world: World, id: string): string[] {
  const pls = lookupIn(world).plsOf(id);
  if (pls) return pls.frontendIds.flatMap((frontend) => [frontend, ...containersOf(world, frontend)]);
  const { parentId } = parseResourceId(id) ?? {};
  if (parentId === undefined) return [];
  const rule = lookupIn(world)
    .balancerOf(id)
    ?.rules.find((one) => sameId(one.id, id));
  return [...(rule ? [rule.frontendId] : []), parentId, ...containersOf(world, parentId)];
}

function contentsOf(world: World, id: string): string[] {
  const { plsOf, balancerOf, privateLinkServicesAt } = lookupIn(world);
  const connections = plsOf(id)?.connections.map((one) => one.id);
  if (connections) return connections;
  const frontends = balancerOf(`${id}/frontendIPConfigurations/any`)?.frontends.map((one) => one.id) ?? [];
  return [id, ...frontends].flatMap((one) => [
    one,
    ...privateLinkServicesAt(one).flatMap((pls) => [
      pls.id,
      ...pls.connections.map((connection) => connection.id),
    ]),
  ]);
}
