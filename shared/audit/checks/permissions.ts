import { resourceName } from "../../azure/resourceId.ts";
import { defineCheck } from "../check.ts";

export const clusterIdentityLacksPermission = defineCheck({
  id: "cluster-identity-lacks-permission",
  title: "The identity of a cluster lacks permissions on its subnets",
  severity: "error",
  docs: "The cloud controller uses the identity of the cluster. Without subnets/join/action and subnets/read it cannot create internal load balancers and Private Link Services in the subnet.",
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
      advice: `assign Network Contributor on the virtual network, or a custom role with these actions: az role assignment create --role "Network Contributor" --scope ${cluster.vnetId} --assignee-object-id …`,
    };
  },
});

export const roleAssignmentsUnreadable = defineCheck({
  id: "vnet-role-assignments-unreadable",
  title: "The role assignments of a virtual network could not be read",
  severity: "info",
  docs: "Mooring cannot determine whether the identities of the clusters may use its subnets.",
  on: "grant",
  check: ({ cluster, unreadable }) => {
    if (unreadable === undefined) return undefined;
    return {
      about: cluster.vnetId,
      message: `the role assignments of virtual network ${resourceName(cluster.vnetId)} could not be read: ${unreadable}`,
      advice:
        "grant Mooring Microsoft.Authorization/roleAssignments/read and roleDefinitions/read on the virtual network, or set check cluster-identity-lacks-permission to off",
    };
  },
});
