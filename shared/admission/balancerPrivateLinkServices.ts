/** Private Link Services on the load balancers of a Service's cluster, in any resource group of its subscription. Pure. */
import type { PlsRow } from "../inventory/model.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { parseResourceId, resourceName } from "../azure/resourceId.ts";
import type { PlsRequester } from "./relatedPrivateLinkServices.ts";
import type { RelatedPrivateLinkServices } from "./rule.ts";

/** Name of a load balancer for internal Services. */
const INTERNAL = /-internal$/i;

export function inGroup(privateLinkServices: readonly PlsRow[], resourceGroup: string): PlsRow[] {
  const name = resourceGroup.toLowerCase();
  return privateLinkServices.filter(({ id }) => parseResourceId(id)?.resourceGroup.toLowerCase() === name);
}

/** The Service's own PLS on its frontend, and the number of others on each load balancer of the same kind. */
export function privateLinkServicesOnBalancers(
  privateLinkServices: readonly PlsRow[],
  { cluster, service, intent }: Pick<PlsRequester, "cluster" | "service" | "intent">,
): Pick<RelatedPrivateLinkServices, "living" | "balancers"> {
  const own = (id: string) => isNamedFor(resourceName(id), service.uid);
  const here = privateLinkServices.flatMap((pls) => {
    const frontendIds = pls.frontendIds.filter((id) => clusterOfFrontend(id, [cluster]) !== undefined);
    return frontendIds.length > 0 ? [{ pls, frontendIds }] : [];
  });
  const living = here.flatMap(({ pls, frontendIds }) =>
    frontendIds.some(own) && pls.owner === `${service.namespace}/${service.name}` ? [pls] : [],
  );
  const names = here
    .filter(({ pls }) => !living.includes(pls))
    .flatMap(({ frontendIds }) => [...new Set(frontendIds.map(balancerName))])
    .filter((name) => INTERNAL.test(name) === intent.internal);
  const balancers = [...Map.groupBy(names, (name) => name)].map(([name, all]) => ({
    name,
    privateLinkServices: all.length,
  }));
  return { ...(living.length > 0 && { living }), ...(balancers.length > 0 && { balancers }) };
}

/** The name, in lower case. */
function balancerName(frontendId: string): string {
  return resourceName(parseResourceId(frontendId)?.parentId ?? "").toLowerCase();
}
