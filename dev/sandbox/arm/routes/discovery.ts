import { TENANT } from "../../identity/directory.ts";
import { ArmError } from "../armError.ts";
import type { Context, Route } from "../call.ts";

/** `/metadata/endpoints`, requested before a client has a token. */
export const metadataRoute: Route = (_context, { path, origin }) => {
  if (path.toLowerCase() !== "/metadata/endpoints") return undefined;
  const cloud = {
    portal: origin,
    authentication: {
      loginEndpoint: origin,
      audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    graphAudience: "https://graph.windows.net/",
    graph: "https://graph.windows.net/",
    name: "MooringSandbox",
    suffixes: { storage: "core.windows.net", keyVaultDns: "vault.azure.net" },
    batch: "https://batch.core.windows.net/",
    resourceManager: origin,
    activeDirectoryDataLake: "https://datalake.azure.net/",
    sqlManagement: "https://management.core.windows.net:8443/",
    microsoftGraphResourceId: "https://graph.microsoft.com/",
  };
  return { status: 200, body: cloud };
};

export const tenantsRoute: Route = (_context, { path }) =>
  path.toLowerCase() === "/tenants"
    ? {
        status: 200,
        body: {
          value: [
            { id: `/tenants/${TENANT}`, tenantId: TENANT, tenantCategory: "Home", displayName: "Sandbox" },
          ],
        },
      }
    : undefined;

export const subscriptionsRoute: Route = (context, { path }) => {
  const match = /^\/subscriptions(?:\/([^/]+))?$/i.exec(path);
  if (!match) return undefined;
  const [, id] = match;
  if (id === undefined)
    return {
      status: 200,
      body: {
        value: [...context.world.subscriptions.keys()].map((known) => subscription(context, known)),
        count: { type: "Total", value: context.world.subscriptions.size },
      },
    };
  return { status: 200, body: subscription(context, id.toLowerCase()) };
};

/** Providers, as far as a client requests which versions of a type there are. */
export const providersRoute: Route = (_context, { path }) => {
  const match = /^\/subscriptions\/([^/]+)\/providers(?:\/([^/]+))?$/i.exec(path);
  if (!match) return undefined;
  const names = match[2]
    ? [match[2]]
    : ["Microsoft.Network", "Microsoft.Compute", "Microsoft.ContainerService", "Microsoft.Resources"];
  const all = names.map((namespace) => ({
    id: `/subscriptions/${match[1]}/providers/${namespace}`,
    namespace,
    registrationState: "Registered",
    resourceTypes: (TYPES[namespace.toLowerCase()] ?? []).map((resourceType) => ({
      resourceType,
      locations: ["West Europe"],
      apiVersions: ["2025-05-01", "2024-05-01"],
      capabilities: "SupportsTags, SupportsLocation",
    })),
  }));
  return { status: 200, body: match[2] ? (all[0] ?? {}) : { value: all } };
};

const TYPES: Record<string, string[]> = {
  "microsoft.network": [
    "virtualNetworks",
    "networkInterfaces",
    "publicIPAddresses",
    "loadBalancers",
    "applicationGateways",
    "privateLinkServices",
    "privateEndpoints",
  ],
  "microsoft.compute": ["virtualMachineScaleSets"],
  "microsoft.containerservice": ["managedClusters"],
};

function subscription({ world }: Context, id: string) {
  const displayName = world.subscriptions.get(id);
  if (displayName === undefined) throw unknownSubscription(id);
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: "RoleBased",
    subscriptionId: id,
    tenantId: TENANT,
    displayName,
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "Sandbox",
      spendingLimit: "Off",
    },
  };
}

export function unknownSubscription(id: string): ArmError {
  return new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`, {
    from: "gateway",
  });
}
