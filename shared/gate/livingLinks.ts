/** Private Link Services on the load balancers of a Service's cluster, in whatever resource group of its subscription. Pure. */
import type { LinkRow } from "../inventory/model.ts";
import { isNamedFor } from "../intents/frontendName.ts";
import { clusterOfFrontend } from "../links/owner.ts";
import { parseResourceId, resourceName } from "../network/resourceId.ts";
import type { Meeting } from "./meets.ts";
import type { MetLinks } from "./rule.ts";

/** Of a load balancer, by name, for internal Services. */
const INTERNAL = /-internal$/i;

export function inGroup(links: readonly LinkRow[], resourceGroup: string): LinkRow[] {
  const name = resourceGroup.toLowerCase();
  return links.filter(({ id }) => parseResourceId(id)?.resourceGroup.toLowerCase() === name);
}

/** The Service's own on its frontend, and how many of others each load balancer of its kind has. */
export function linksOnBalancers(
  links: readonly LinkRow[],
  { cluster, service, intent }: Pick<Meeting, "cluster" | "service" | "intent">,
): Pick<MetLinks, "living" | "balancers"> {
  const own = (id: string) => isNamedFor(resourceName(id), service.uid);
  const here = links.flatMap((link) => {
    const frontendIds = link.frontendIds.filter((id) => clusterOfFrontend(id, [cluster]) !== undefined);
    return frontendIds.length > 0 ? [{ link, frontendIds }] : [];
  });
  const living = here.flatMap(({ link, frontendIds }) =>
    frontendIds.some(own) && link.owner === `${service.namespace}/${service.name}` ? [link] : [],
  );
  const names = here
    .filter(({ link }) => !living.includes(link))
    .flatMap(({ frontendIds }) => [...new Set(frontendIds.map(balancerName))])
    .filter((name) => INTERNAL.test(name) === intent.internal);
  const balancers = [...Map.groupBy(names, (name) => name)].map(([name, all]) => ({
    name,
    links: all.length,
  }));
  return { ...(living.length > 0 && { living }), ...(balancers.length > 0 && { balancers }) };
}

/** In lower case. */
function balancerName(frontendId: string): string {
  return resourceName(parseResourceId(frontendId)?.parentId ?? "").toLowerCase();
}
