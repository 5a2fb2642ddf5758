/**
 * The annotations that Mooring reads: the one table, from which parsing and `docs/annotations.md` come.
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
  /** What the CCM takes when it is absent or blank. */
  readonly absent: string;
  readonly doc: string;
}

export const ANNOTATIONS = {
  internal: {
    key: `${PREFIX}azure-load-balancer-internal`,
    type: "boolean",
    absent: "public",
    doc: "Internal only if exactly `true`: `True` or ` true` make a public load balancer",
  },
  internalSubnet: {
    key: `${PREFIX}azure-load-balancer-internal-subnet`,
    type: "subnet name",
    absent: "the cluster's default subnet",
    doc: "Subnet of the frontend, in the cluster's virtual network; read only on internal Services",
  },
  ipv4: {
    key: `${PREFIX}azure-load-balancer-ipv4`,
    type: "address",
    absent: "`spec.loadBalancerIP`, else dynamic",
    doc: "Static IPv4 address of the frontend",
  },
  ipv6: {
    key: `${PREFIX}azure-load-balancer-ipv6`,
    type: "address",
    absent: "`spec.loadBalancerIP`, else dynamic",
    doc: "Static IPv6 address of the frontend",
  },
  disableFloatingIp: {
    key: `${PREFIX}azure-disable-load-balancer-floating-ip`,
    type: "boolean",
    absent: "floating IP on",
    doc: "`true` in any case, not trimmed; lets a public Service have a Private Link Service",
  },
  haPorts: {
    key: `${PREFIX}azure-load-balancer-enable-high-availability-ports`,
    type: "boolean",
    absent: "one rule for each port",
    doc: "`true` in any case, not trimmed, on an internal Service: one rule for every port of the frontend",
  },
  configurations: {
    key: `${PREFIX}azure-load-balancer-configurations`,
    type: "names",
    absent: "any load balancer of the cluster",
    doc: "Names of load balancers, separated by commas, in a cluster that has several; refused beside a static address",
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
    doc: "The same for IPv6",
  },
  plsCreate: {
    key: `${PREFIX}azure-pls-create`,
    type: "boolean",
    absent: "no Private Link Service",
    doc: "A Private Link Service for the frontend; trimmed, any case. Withdrawing it leaves the Private Link Service",
  },
  plsName: {
    key: `${PREFIX}azure-pls-name`,
    type: "name",
    absent: "`pls-` and the frontend's name",
    doc: "Name of the Private Link Service; cannot change",
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
    doc: "How many NAT addresses",
  },
  plsAddresses: {
    key: `${PREFIX}azure-pls-ip-configuration-ip-address`,
    type: "addresses",
    absent: "dynamic",
    doc: "Static NAT IPv4 addresses, separated by spaces; the first is primary",
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
    doc: "PROXY protocol v2 towards the backends",
  },
  plsVisibility: {
    key: `${PREFIX}azure-pls-visibility`,
    type: "subscriptions",
    absent: "nobody beyond RBAC",
    doc: "Subscriptions that may see the Private Link Service, separated by spaces; `*` anywhere means everybody",
  },
  plsAutoApproval: {
    key: `${PREFIX}azure-pls-auto-approval`,
    type: "subscriptions",
    absent: "nobody",
    doc: "Subscriptions whose connections are approved without asking",
  },
} as const satisfies Record<string, Annotation>;
