/** Subnets that Azure reserves for its own services. @see https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq */
const AZURE_OWNED = new Set([
  "gatewaysubnet",
  "azurebastionsubnet",
  "azurefirewallsubnet",
  "azurefirewallmanagementsubnet",
  "routeserversubnet",
]);

/** True if only an Azure service may have addresses in a subnet of this name. */
export function isAzureOwned(subnetName: string): boolean {
  return AZURE_OWNED.has(subnetName.toLowerCase());
}
