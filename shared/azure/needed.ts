/**
 * The Azure permissions that Mooring needs, action by action. `infra/roles.json` and the documents are generated from this table,
 * and `mooring doctor` compares it with the app's assignments. Pure.
 * @see https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
 */

export interface NeededRights {
  /** Name of the custom role, after `Mooring `. */
  readonly role: "reader" | "pls" | "connections" | "sweep" | "restore";
  /** When the role is needed, for the documents. */
  readonly when: string;
  readonly actions: readonly string[];
}

const NETWORK = "Microsoft.Network";
const PLS = `${NETWORK}/privateLinkServices`;
const SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets";
const BALANCER = `${NETWORK}/loadBalancers`;

/** A PUT also requires permission to join the resources that its body references. */
const JOIN_FRONTEND = `${BALANCER}/frontendIPConfigurations/join/action`;
const JOIN_SUBNET = `${NETWORK}/virtualNetworks/subnets/join/action`;
/** For a load balancer. The last one is for backend pools with addresses as members, as in clusters with `nodeIP` pools. */
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
      // Networks include their subnets.
      `${NETWORK}/virtualNetworks/read`,
      // Verifies new claims.
      `${NETWORK}/virtualNetworks/checkIPAddressAvailability/read`,
      `${NETWORK}/networkInterfaces/read`,
      `${NETWORK}/applicationGateways/read`,
      // Nodes and pods, which `networkInterfaces` lists do not contain.
      `${SCALE_SET}/networkInterfaces/read`,
      `${SCALE_SET}/virtualMachines/networkInterfaces/read`,
      `${BALANCER}/read`,
      `${PLS}/read`,
      `${PLS}/privateEndpointConnections/read`,
      `${NETWORK}/locations/operations/read`,
      `${NETWORK}/locations/operationResults/read`,
      "Microsoft.ContainerService/managedClusters/read",
      // The owner of a node resource group (`managedBy`).
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
    when: "mode `privateLinkServices` is enforce",
    actions: [`${PLS}/write`, JOIN_FRONTEND, JOIN_SUBNET],
  },
  {
    role: "connections",
    when: "mode `connections` or `rejections` is enforce, or operators approve and reject connections",
    actions: [`${PLS}/privateEndpointConnections/write`],
  },
  {
    role: "sweep",
    when: "mode `sweep` is enforce, or operators delete orphans",
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
    when: "operators restore deleted resources",
    actions: [`${PLS}/write`, `${BALANCER}/write`, JOIN_FRONTEND, ...JOIN_FOR_BALANCER],
  },
];
