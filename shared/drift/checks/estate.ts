import { defineCheck } from "../check.ts";

const NEARLY_FULL_PERCENT = 90;

export const basicLoadBalancer = defineCheck({
  id: "basic-load-balancer",
  title: "A load balancer of the retired Basic SKU",
  severity: "warn",
  on: "balancer",
  check: ({ balancer }) => {
    if (balancer.sku.toLowerCase() !== "basic") return undefined;
    return {
      about: balancer.id,
      message: `load balancer ${balancer.name} is of the Basic SKU, retired on 30 September 2025`,
      advice: "move the cluster to Standard: az aks update --load-balancer-sku standard",
    };
  },
});

export const snapshotStale = defineCheck({
  id: "snapshot-stale",
  title: "A cluster has not sent its Services for long",
  severity: "warn",
  on: "cluster",
  check: ({ view, snapshotAgeMinutes, staleMinutes }) => {
    if (view.state === "gone" || (snapshotAgeMinutes !== undefined && snapshotAgeMinutes <= staleMinutes))
      return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message:
        snapshotAgeMinutes === undefined
          ? "the cluster never sent a snapshot"
          : `the last snapshot is ${Math.floor(snapshotAgeMinutes)} minutes old`,
      advice:
        "look at the snapshot CronJob in the cluster; without snapshots no orphan of this cluster can be proved",
    };
  },
});

export const clusterGone = defineCheck({
  id: "cluster-gone",
  title: "A registered cluster does not exist any more",
  severity: "warn",
  on: "cluster",
  check: ({ view }) => {
    if (view.state !== "gone") return undefined;
    return {
      about: view.cluster.name,
      cluster: view.cluster.name,
      message: `managed cluster ${view.cluster.resourceId} does not exist`,
      advice: "leave it registered until the sweep has dealt with what it left behind",
    };
  },
});

export const subnetNearlyFull = defineCheck({
  id: "subnet-nearly-full",
  title: "A subnet has few addresses left",
  severity: "warn",
  on: "subnet",
  check: ({ subnet }) => {
    const percent = subnet.usableAddresses > 0 ? (subnet.usedAddresses * 100) / subnet.usableAddresses : 100;
    if (percent < NEARLY_FULL_PERCENT) return undefined;
    return {
      about: subnet.id,
      message: `${subnet.usedAddresses} of ${subnet.usableAddresses} addresses of subnet ${subnet.name} are used`,
      advice: "add a prefix to the subnet, or give new Services another one",
    };
  },
});

export const subnetPoliciesLeftOff = defineCheck({
  id: "subnet-policies-left-off",
  title: "A subnet's network policies for links are off, and it has no link",
  severity: "info",
  on: "subnet",
  check: ({ subnet, hasLinks }) => {
    if (subnet.linkNetworkPolicies === "Enabled" || hasLinks) return undefined;
    return {
      about: subnet.id,
      message: `subnet ${subnet.name} has link network policies off for links that are gone`,
      advice: "turn privateLinkServiceNetworkPolicies on again, unless a link is to come",
    };
  },
});
