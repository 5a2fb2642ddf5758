/**
 * The rights that Mooring needs in Azure, action by action: the one table from which `infra/roles.json` and the documents are generated,
 * and against which `mooring doctor` holds what the app has. Pure.
 * @see https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
 */

export interface NeededRights {
  /** Of the custom role, after `Mooring `. */
  readonly role: "reader" | "pls" | "connections" | "sweep" | "restore";
  /** When the role is needed, for people. */
  readonly when: string;
  readonly actions: readonly string[];
}

const NETWORK = "Microsoft.Network";
const PLS = `${NETWORK}/privateLinkServices`;
const SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets";
const BALANCER = `${NETWORK}/loadBalancers`;

/** Whoever puts a resource must also be allowed to join what its body refers to. */
const JOIN_FRONTEND = `${BALANCER}/frontendIPConfigurations/join/action`;
const JOIN_SUBNET = `${NETWORK}/virtualNetworks/subnets/join/action`;
/** Of a load balancer. The last is for backend pools whose members are addresses, as clusters with `nodeIP` pools have them. */
const JOIN_FOR_BALANCER = [
  JOIN_SUBNET,
  `${NETWORK}/publicIPAddresses/join/action`,
  `${NETWORK}/publicIPPrefixes/join/action`,
  `${NETWORK}/virtualNetworks/joinLoadBalancer/action`,
];

export const NEEDED_RIGHTS: readonly NeededRights[] = [
  {
    role: "reader",
    when: "always",
    actions: [
      // Subnets come with their networks.
      `${NETWORK}/virtualNetworks/read`,
      // New claims are verified with it.
      `${NETWORK}/virtualNetworks/checkIPAddressAvailability/read`,
      `${NETWORK}/networkInterfaces/read`,
      `${NETWORK}/applicationGateways/read`,
      // Nodes and pods: `networkInterfaces` lists do not contain them.
      `${SCALE_SET}/networkInterfaces/read`,
      `${SCALE_SET}/virtualMachines/networkInterfaces/read`,
      `${BALANCER}/read`,
      `${PLS}/read`,
      `${PLS}/privateEndpointConnections/read`,
      `${NETWORK}/locations/operations/read`,
      `${NETWORK}/locations/operationResults/read`,
      "Microsoft.ContainerService/managedClusters/read",
      // Whose a node resource group is (`managedBy`).
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Authorization/locks/read",
      "Microsoft.Authorization/permissions/read",
      "Microsoft.Authorization/roleAssignments/read",
      "Microsoft.Authorization/roleDefinitions/read",
      "Microsoft.Insights/eventtypes/values/read",
      "Microsoft.EventGrid/systemTopics/read",
      "Microsoft.EventGrid/systemTopics/eventSubscriptions/read",
    ],
  },
  {
    role: "pls",
    when: "mode of Private Link Services is enforce",
    actions: [`${PLS}/write`, JOIN_FRONTEND, JOIN_SUBNET],
  },
  {
    role: "connections",
    when: "mode of connections or of rejections is enforce, or people approve and reject",
    actions: [`${PLS}/privateEndpointConnections/write`],
  },
  {
    role: "sweep",
    when: "mode of sweep is enforce",
    actions: [
      `${PLS}/privateEndpointConnections/delete`,
      `${PLS}/delete`,
      `${BALANCER}/delete`,
      `${BALANCER}/write`,
      ...JOIN_FOR_BALANCER,
    ],
  },
  {
    role: "restore",
    when: "people bring back what was deleted",
    actions: [`${PLS}/write`, `${BALANCER}/write`, JOIN_FRONTEND, ...JOIN_FOR_BALANCER],
  },
];
