/** What is deployed, and the settings that snapshots of it are taken with. */
const [HOME, OTHER] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
const [ALICE, BOB] = ["00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b0"];
const GROUP = `/subscriptions/${HOME}/resourceGroups/rg-mooring/providers`;
const NETWORK = `/subscriptions/${HOME}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet`;
const APP = `${GROUP}/Microsoft.Web/sites/func-mooring`;

/** The templates that a deployment names; all others are modules of these. */
export const DEPLOYED = ["main.bicep", "events/watched.bicep", "roles/managementGroup.bicep"] as const;

export interface Scenario {
  readonly name: string;
  /** A parameters file, or a template for which `parameters` gives the values; below `infra/`. */
  readonly file: string;
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
  readonly environment?: Record<string, string>;
  readonly managementGroup?: string;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "default", file: "main.bicepparam", environment: { AZURE_PRINCIPAL_ID: ALICE } },
  {
    name: "private",
    file: "main.bicepparam",
    environment: {
      AZURE_ENV_NAME: "prod",
      MOORING_SUBSCRIPTIONS: `${HOME},${OTHER}`,
      MOORING_ENFORCE: "pls,sweep",
      MOORING_OPERATORS: `${ALICE},${BOB}`,
      MOORING_NETWORK: "private",
      MOORING_INBOUND: "restricted",
      MOORING_ALLOWED_RANGES: "203.0.113.0/24,198.51.100.7/32",
      MOORING_ALERT_EMAIL: "platform-team@example.com",
      MOORING_STORAGE_REDUNDANCY: "Standard_GZRS",
    },
  },
  {
    name: "existing",
    file: "main.bicepparam",
    environment: {
      AZURE_ENV_NAME: "existing",
      MOORING_ASSIGN_ROLES: "false",
      MOORING_NETWORK: "private",
      MOORING_APP_SUBNET_ID: `${NETWORK}/subnets/app`,
      MOORING_ENDPOINT_SUBNET_ID: `${NETWORK}/subnets/endpoints`,
      MOORING_SIGN_IN: "existing",
      MOORING_SIGN_IN_CLIENT_ID: BOB,
      MOORING_DEAD_LETTERS: "false",
    },
  },
  {
    name: "events",
    file: "events/watched.bicep",
    parameters: {
      environmentName: "prod",
      location: "westeurope",
      appId: APP,
      deadLetterAccountId: `${GROUP}/Microsoft.Storage/storageAccounts/stmoordead`,
      actionGroups: `${GROUP}/Microsoft.Insights/actionGroups/mooring-prod`,
    },
  },
  {
    name: "eventsInExistingTopic",
    file: "events/watched.bicep",
    parameters: {
      environmentName: "prod",
      location: "westeurope",
      appId: APP,
      existingTopic: "their-topic",
      existingTopicGroup: "rg-other",
    },
  },
  {
    name: "managementGroup",
    file: "roles/managementGroup.bicep",
    managementGroup: "platform",
    parameters: { environmentName: "prod", principalId: ALICE, enforce: ["connections"] },
  },
];
