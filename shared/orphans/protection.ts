/**
 * Protection by operators: a hold or a `mooring: off` tag protects the resource, its containers and its
 * contents. Pure.
 */
import { isTaggedOff } from "../changes/offTag.ts";
import type { Rule } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import { nameBase } from "../kubernetes/frontendName.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

/** Reasons to keep the resource; empty if none. */
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

/** Canonical ids of the resource, its containers and its contents; not of its siblings. */
export function relatedTo(world: World, resourceId: string): ReadonlySet<string> {
  const ids = [resourceId, ...containersOf(world, resourceId), ...contentsOf(world, resourceId)];
  return new Set(ids.map(canonicalId));
}

/**
 * A connection is contained in its Private Link Service, a Private Link Service in its frontends, a rule in
 * its frontend, a probe in the frontend whose rules alone use it, and all in their load balancer.
 */
function containersOf(world: World, id: string): string[] {
  const pls = lookupIn(world).plsOf(id);
  if (pls) return pls.frontendIds.flatMap((frontend) => [frontend, ...containersOf(world, frontend)]);
  const { parentId } = parseResourceId(id) ?? {};
  if (parentId === undefined) return [];
  const frontendId = frontendOf(world, id);
  return [...(frontendId === undefined ? [] : [frontendId]), parentId, ...containersOf(world, parentId)];
}

/** The only frontend of a rule or a probe; `undefined` if it has none, or several. */
function frontendOf(world: World, id: string): string | undefined {
  const [frontendId, ...others] = lookupIn(world)
    .rulesWith(id)
    .map((rule) => rule.frontendId);
  return frontendId !== undefined && others.every((one) => sameId(one, frontendId)) ? frontendId : undefined;
}

function contentsOf(world: World, id: string): string[] {
  const { plsOf, balancerOf } = lookupIn(world);
  const connections = plsOf(id)?.connections.map((one) => one.id);
  if (connections) return connections;
  const balancer = balancerOf(`${id}/frontendIPConfigurations/any`);
  if (!balancer) return contentsIn(world, id);
  const { frontends, rules, probes, pools } = balancer;
  return [
    ...[...frontends, ...rules, ...probes, ...pools].map((one) => one.id),
    ...frontends.flatMap((one) => contentsIn(world, one.id)),
  ];
}

/**
 * Contents of a frontend, or of a rule: a probe is deleted with the last rule that uses it. All rules of one Service are deleted in one
 * write, together with its probe, whatever frontends they are on.
 */
function contentsIn(world: World, id: string): string[] {
  const { privateLinkServicesAt, rulesWith } = lookupIn(world);
  const rules = rulesWith(id);
  const isOwn = (rule: Rule, probe: string) =>
    sameId(rule.id, id) && nameBase(rule.name) === nameBase(resourceName(probe));
  const probes = rules.flatMap((rule) => {
    const { probeId } = rule;
    if (probeId === undefined) return [];
    return isOwn(rule, probeId) || frontendOf(world, probeId) !== undefined ? [probeId] : [];
  });
  const attached = privateLinkServicesAt(id).flatMap((pls) => [pls, ...pls.connections]);
  return [...[...rules, ...attached].map((one) => one.id), ...probes];
}
