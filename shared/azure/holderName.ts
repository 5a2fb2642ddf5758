import { parseResourceId, resourceName } from "./resourceId.ts";

const NOUNS: Readonly<Record<string, string>> = {
  "microsoft.network/privatelinkservices": "Private Link Service",
  "microsoft.network/privateendpoints": "private endpoint",
  "microsoft.network/networkinterfaces": "network interface",
};
/** Child resources whose name includes that of their parent. */
const PARTS: Readonly<Record<string, readonly [string, string]>> = {
  "microsoft.network/loadbalancers/frontendipconfigurations": ["frontend", "load balancer"],
  "microsoft.network/applicationgateways/frontendipconfigurations": ["frontend", "application gateway"],
};
const MACHINE = /\/virtualMachineScaleSets\/([^/]+)\/virtualMachines\/([^/]+)\//i;

/** The shortest unambiguous name of the resource that has an address, e.g. `frontend a1 of load balancer kubernetes-internal`. Pure. */
export function holderName(id: string): string {
  const [, scaleSet, machine] = MACHINE.exec(id) ?? [];
  if (scaleSet !== undefined) return `instance ${machine} of scale set ${scaleSet}`;
  const { name, type, parentId } = parseResourceId(id) ?? { name: id, type: "" };
  const part = PARTS[type.toLowerCase()];
  if (part && parentId !== undefined) return `${part[0]} ${name} of ${part[1]} ${resourceName(parentId)}`;
  return [NOUNS[type.toLowerCase()], name].filter((word) => word !== undefined).join(" ");
}
