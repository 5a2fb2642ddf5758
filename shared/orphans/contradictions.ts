/**
 * Evidence in Azure against a resource being an orphan. States that allow a delete are listed; every other
 * one forbids it, also a future one. Pure.
 */
import { isControllers } from "../kubernetes/frontendName.ts";
import type { Frontend, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";
import { resourceName, sameId } from "../azure/resourceId.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

export const contradictions = {
  balancer: againstBalancer,
  frontend: againstFrontend,
  rule: againstRule,
  pls: againstPls,
  connection: againstConnection,
  members: membersOf,
};

function againstBalancer(world: World, balancer: LoadBalancer): string[] {
  const privateLinkServices = lookupIn(world).privateLinkServicesOn(balancer);
  const inUse = privateLinkServices.filter((pls) => againstPls(world, pls).length > 0);
  return [
    ...unsettled(balancer.provisioningState),
    ...(balancer.frontends.some(({ isPublic }) => isPublic) ? ["it has a public frontend"] : []),
    ...(balancer.otherFrontendUses.length > 0 ? ["outbound or inbound NAT rules use its frontends"] : []),
    ...foreign(balancer),
    ...membersOf(world, balancer),
    ...inUse.map((pls) => `Private Link Service ${pls.name} is attached to it and may be in use`),
  ];
}

/**
 * Nodes are removed from pools with their cluster: if members exist, the cluster is not deleted, even if ARM
 * returns 404 for its id.
 */
function membersOf(world: World, { id, pools }: LoadBalancer): string[] {
  if (lookupIn(world).clusterOf(id)?.state !== "gone") return [];
  return pools
    .filter(({ members }) => members > 0)
    .map(
      ({ name, members }) => `backend pool ${name} has ${members} ${members === 1 ? "member" : "members"}`,
    );
}

/** What is on one frontend, and the state of its load balancer, which the write changes. */
function againstFrontend(world: World, balancer: LoadBalancer, frontend: Frontend): string[] {
  const isHere = (id: string) => sameId(id, frontend.id);
  const rules = balancer.rules.filter(({ frontendId }) => isHere(frontendId));
  const privateLinkServices = lookupIn(world)
    .privateLinkServicesOn(balancer)
    .filter(({ frontendIds }) => frontendIds.some(isHere));
  return [
    ...unsettled(balancer.provisioningState),
    ...(frontend.isPublic ? ["it is public"] : []),
    ...(balancer.otherFrontendUses.some(isHere) ? ["outbound or inbound NAT rules use it"] : []),
    ...foreign({ ...balancer, frontends: [frontend], rules }),
    ...membersOf(world, balancer),
    ...privateLinkServices.flatMap((pls) =>
      againstPls(world, pls).map((why) => `Private Link Service ${pls.name} is attached to it: ${why}`),
    ),
  ];
}

/** The write changes its load balancer. */
function againstRule(balancer: LoadBalancer): string[] {
  return unsettled(balancer.provisioningState);
}

/** A resource without the controller's name belongs to another writer, regardless of its load balancer. */
function foreign({ frontends, rules }: LoadBalancer): string[] {
  return [
    ...frontends.map(({ name }) => ({ what: "frontend", name })),
    ...rules.map(({ name }) => ({ what: "rule", name })),
  ]
    .filter(({ name }) => !isControllers(name))
    .map(({ what, name }) => `${what} ${name} is not the controller's`);
}

/** States of a connection through which the consumer cannot send traffic. */
const UNUSED = new Set(["Rejected", "Disconnected"]);

function againstPls(world: World, pls: PrivateLinkService): string[] {
  const used = pls.connections.filter(({ status }) => !UNUSED.has(status));
  return [
    ...unsettled(pls.provisioningState),
    ...(pls.frontendIds.length > 1 ? ["it has several frontends"] : []),
    ...frontendMissing(world, pls),
    ...used.map(
      ({ name, status }) => `private endpoint connection ${name} is ${status || "in an unknown state"}`,
    ),
  ];
}

/** A list without its load balancer does not prove that it has no backends. */
function frontendMissing(world: World, { frontendIds }: PrivateLinkService): string[] {
  const { balancerOf, clusterOf } = lookupIn(world);
  return frontendIds.flatMap((id) => {
    const balancer = balancerOf(id);
    if (balancer?.frontends.some((one) => sameId(one.id, id))) return membersOf(world, balancer);
    // Before the delete, a load balancer of a deleted cluster that was not listed is read by its id.
    return !balancer && clusterOf(id)?.state === "gone"
      ? []
      : [`its frontend ${resourceName(id)} was not found in the lists of Azure`];
  });
}

/** The write changes its Private Link Service. */
function againstConnection({ provisioningState }: PrivateLinkService): string[] {
  return unsettled(provisioningState);
}

function unsettled(state: string): string[] {
  return state === "Succeeded" ? [] : [`its provisioning state is ${state || "unknown"}`];
}
