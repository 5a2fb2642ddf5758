/** What Azure itself shows against a resource being an orphan. Pure. */
import { isTaggedOff } from "../changes/offTag.ts";
import { isControllers } from "../intents/frontendName.ts";
import type { Frontend, Link, LoadBalancer } from "../network/model.ts";
import { sameId } from "../network/resourceId.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

export const contradictions = {
  balancer: againstBalancer,
  frontend: againstFrontend,
  link: againstLink,
  connection: againstConnection,
};

function againstBalancer(world: World, balancer: LoadBalancer): string[] {
  const links = lookupIn(world).linksOn(balancer);
  const unmarked = links.filter((link) => againstLink(link).length > 0);
  return [
    ...unsettled(balancer.provisioningState),
    ...off(balancer.tags),
    ...(balancer.frontends.some(({ isPublic }) => isPublic) ? ["it has a public frontend"] : []),
    ...(balancer.otherFrontendUses.length > 0 ? ["outbound or inbound NAT rules use its frontends"] : []),
    ...foreign(balancer),
    ...unmarked.map((link) => `link ${link.name} stands on it and may be in use`),
  ];
}

/** What is on one frontend, and what the write would touch: its load balancer. */
function againstFrontend(world: World, balancer: LoadBalancer, frontend: Frontend): string[] {
  const isHere = (id: string) => sameId(id, frontend.id);
  const rules = balancer.rules.filter(({ frontendId }) => isHere(frontendId));
  const links = lookupIn(world)
    .linksOn(balancer)
    .filter(({ frontendIds }) => frontendIds.some(isHere));
  return [
    ...unsettled(balancer.provisioningState),
    ...off(balancer.tags),
    ...(frontend.isPublic ? ["it is public"] : []),
    ...(balancer.otherFrontendUses.some(isHere) ? ["outbound or inbound NAT rules use it"] : []),
    ...foreign({ ...balancer, frontends: [frontend], rules }),
    ...links.flatMap((link) => againstLink(link).map((why) => `link ${link.name} stands on it: ${why}`)),
  ];
}

/** What the controller did not name is somebody's own, whatever load balancer it is on. */
function foreign({ frontends, rules }: LoadBalancer): string[] {
  return [
    ...frontends.map(({ name }) => ({ what: "frontend", name })),
    ...rules.map(({ name }) => ({ what: "rule", name })),
  ]
    .filter(({ name }) => !isControllers(name))
    .map(({ what, name }) => `${what} ${name} is not the controller's`);
}

function againstLink(link: Link): string[] {
  const alive = link.connections.filter(({ status }) => status === "Approved" || status === "Pending");
  return [
    ...unsettled(link.provisioningState),
    ...off(link.tags),
    ...(link.frontendIds.length > 1 ? ["it stands on several frontends"] : []),
    ...alive.map(({ name, status }) => `connection ${name} is ${status.toLowerCase()}`),
  ];
}

/** Its link is written with it. */
function againstConnection({ provisioningState, tags }: Link): string[] {
  return [...unsettled(provisioningState), ...off(tags)];
}

function unsettled(state: string): string[] {
  return state === "Succeeded" ? [] : [`it is ${state || "in an unknown state"}`];
}

function off(tags: Readonly<Record<string, string>>): string[] {
  return isTaggedOff(tags) ? ["it is tagged mooring: off"] : [];
}
