import { resourceName } from "../../azure/resourceId.ts";
import { defineCheck } from "../check.ts";

export const identityLacksPermission = defineCheck({
  id: "identity-lacks-permission",
  title: "A cluster's identity may not use the subnets of its virtual network",
  severity: "error",
  docs: "The controller asks Azure with the cluster's identity: without subnets/join/action and subnets/read no internal load balancer and no Private Link Service can be made there.",
  on: "grant",
  check: ({ cluster, missing }) => {
    if (missing.length === 0) return undefined;
    const vnet = resourceName(cluster.vnetId);
    const actions = [...new Set(missing.flatMap((one) => one.actions))];
    const subnets = missing.map(({ subnet }) => subnet);
    return {
      about: cluster.name,
      cluster: cluster.name,
      message: `the identity of cluster ${cluster.name} lacks ${actions.join(" and ")} on ${subnets.length === 1 ? "subnet" : "subnets"} ${subnets.join(", ")} of ${vnet}`,
      advice: `assign it Network Contributor on the virtual network, or a custom role with these actions: az role assignment create --role "Network Contributor" --scope ${cluster.vnetId} --assignee-object-id …`,
    };
  },
});

export const permissionsUnreadable = defineCheck({
  id: "permissions-unreadable",
  title: "Role assignments of a virtual network could not be read",
  severity: "info",
  docs: "Mooring can then not tell whether the clusters' identities may use its subnets.",
  on: "grant",
  check: ({ cluster, unreadable }) => {
    if (unreadable === undefined) return undefined;
    return {
      about: cluster.vnetId,
      message: `role assignments at ${resourceName(cluster.vnetId)} could not be read: ${unreadable}`,
      advice:
        "give Mooring's identity Microsoft.Authorization/roleAssignments/read and roleDefinitions/read there, or turn identity-lacks-permission off",
    };
  },
});
