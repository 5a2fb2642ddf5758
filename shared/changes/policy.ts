/** Which changes policy lets through: mode per capability, then scope. Pure. */
import { parseResourceId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Change } from "./plan.ts";

/** Why the change is only looked at; `undefined` if policy lets it be applied. */
export function observedBecause(change: Change, policy: Policy): string | undefined {
  if (policy.modes[change.capability] === "observe") return `mode of ${change.capability} is observe`;
  const scope = policy.scope[change.capability];
  const resourceGroup = parseResourceId(change.resourceId)?.resourceGroup.toLowerCase() ?? "";
  if (scope.clusters && !scope.clusters.includes(change.cluster))
    return `cluster ${change.cluster} is not in scope`;
  if (scope.excludeClusters.includes(change.cluster)) return `cluster ${change.cluster} is excluded`;
  if (change.namespace !== undefined && scope.excludeNamespaces.includes(change.namespace))
    return `namespace ${change.namespace} is excluded`;
  if (scope.excludeResourceGroups.some((name) => name.toLowerCase() === resourceGroup))
    return `resource group ${resourceGroup} is excluded`;
  return undefined;
}
