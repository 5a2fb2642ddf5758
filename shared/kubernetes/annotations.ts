/**
 * The annotations that Mooring reads: the one table, from which parsing and `docs/reference/annotations.md` come.
 * @see https://learn.microsoft.com/azure/aks/internal-lb
 * @see https://cloud-provider-azure.sigs.k8s.io/topics/pls-integration/
 */

const PREFIX = "service.beta.kubernetes.io/";

export interface Annotation {
  readonly key: string;
  readonly type:
    | "boolean"
    | "subnet name"
    | "address"
    | "addresses"
    | "integer 1 to 8"
    | "names"
    | "subscriptions"
    | "name";
  /** What the CCM uses when it is absent or blank. */
  readonly absent: string;
  readonly doc: string;
}

export const ANNOTATIONS = {
  internal: {
    key: `${PREFIX}azure-load-balancer-internal`,
    type: "boolean",
    absent: "public",
    doc: "Internal only if exactly `true`: `True` and ` true` create a public load balancer",
  },
  internalSubnet: {
    key: `${PREFIX}azure-load-balancer-internal-subnet`,
    type: "subnet name",
    absent: "the cluster's default subnet",
    doc: "Subnet of the frontend, in the cluster's virtual network; ignored on public Services",
  },
  ipv4: {
    key: `${PREFIX}azure-load-balancer-ipv4`,
    type: "address",
    absent: "`spec.loadBalancerIP`, otherwise dynamic",
    doc: "Static IPv4 address of the frontend",
  },
  ipv6: {
    key: `${PREFIX}azure-load-balancer-ipv6`,
    type: "address",
    absent: "`spec.loadBalancerIP`, otherwise dynamic",
    doc: "Static IPv6 address of the frontend",
  },
  disableFloatingIp: {
    key: `${PREFIX}azure-disable-load-balancer-floating-ip`,
    type: "boolean",
    absent: "floating IP enabled",
    doc: "`true`, case-insensitive, not trimmed. Required for a Private Link Service on a public Service",
  },
  haPorts: {
    key: `${PREFIX}azure-load-balancer-enable-high-availability-ports`,
    type: "boolean",
    absent: "one rule for each port",
    doc: "`true`, case-insensitive, not trimmed, on internal Services: one load-balancing rule for all ports of the frontend",
  },
  configurations: {
    key: `${PREFIX}azure-load-balancer-configurations`,
    type: "names",
    absent: "any load balancer of the cluster",
    doc: "Names of load balancers, separated by commas, in a cluster with several load balancers; cannot be combined with a static address",
  },
  publicIpName: {
    key: `${PREFIX}azure-pip-name`,
    type: "name",
    absent: "a new public IP address",
    doc: "Public IP address of a public Service",
  },
  publicIpNameIpv6: {
    key: `${PREFIX}azure-pip-name-ipv6`,
    type: "name",
    absent: "a new public IP address",
    doc: "Public IPv6 address of a public Service",
  },
  plsCreate: {
    key: `${PREFIX}azure-pls-create`,
    type: "boolean",
    absent: "no Private Link Service",
    doc: "Creates a Private Link Service for the frontend; trimmed, case-insensitive. Removing the annotation does not delete the Private Link Service",
  },
  plsName: {
    key: `${PREFIX}azure-pls-name`,
    type: "name",
    absent: "`pls-` and the frontend's name",
    doc: "Name of the Private Link Service; cannot be changed",
  },
  plsResourceGroup: {
    key: `${PREFIX}azure-pls-resource-group`,
    type: "name",
    absent: "the node resource group",
    doc: "Resource group of the Private Link Service",
  },
  plsSubnet: {
    key: `${PREFIX}azure-pls-ip-configuration-subnet`,
    type: "subnet name",
    absent: "the frontend's subnet",
    doc: "Subnet of the Private Link Service's NAT addresses",
  },
  plsAddressCount: {
    key: `${PREFIX}azure-pls-ip-configuration-ip-address-count`,
    type: "integer 1 to 8",
    absent: "1",
    doc: "Number of NAT addresses",
  },
  plsAddresses: {
    key: `${PREFIX}azure-pls-ip-configuration-ip-address`,
    type: "addresses",
    absent: "dynamic",
    doc: "Static IPv4 NAT addresses, separated by spaces; the first is the primary address",
  },
  plsFqdns: {
    key: `${PREFIX}azure-pls-fqdns`,
    type: "names",
    absent: "none",
    doc: "Host names of the Private Link Service, separated by spaces",
  },
  plsProxyProtocol: {
    key: `${PREFIX}azure-pls-proxy-protocol`,
    type: "boolean",
    absent: "off",
    doc: "Enables PROXY protocol v2 on connections to the backends",
  },
  plsVisibility: {
    key: `${PREFIX}azure-pls-visibility`,
    type: "subscriptions",
    absent: "subscriptions with RBAC access only",
    doc: "Subscriptions to which the Private Link Service is visible, separated by spaces; `*` means all subscriptions",
  },
  plsAutoApproval: {
    key: `${PREFIX}azure-pls-auto-approval`,
    type: "subscriptions",
    absent: "no subscription",
    doc: "Subscriptions whose private endpoint connections are approved automatically, separated by spaces",
  },
} as const satisfies Record<string, Annotation>;
