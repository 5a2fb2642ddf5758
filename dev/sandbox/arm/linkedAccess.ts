/**
 * A caller that writes a resource needs the permission to join what its body refers to. Identities of managed clusters are held to it for subnets,
 * identities with role assignments (see `access.ts`) for everything; every other caller in the sandbox may do everything.
 */
import { isClusterIdentity, isGoverned } from "./access.ts";
import { ArmError } from "./armError.ts";
import type { PutRequest } from "./resourceType.ts";
import { allows } from "./roles.ts";
import type { ArmWorld } from "./world.ts";

/** By the field of a body whose value, or each of whose values, is a reference `{ id }`. */
const JOINS: Record<string, string> = {
  subnet: "Microsoft.Network/virtualNetworks/subnets/join/action",
  publicIPAddress: "Microsoft.Network/publicIPAddresses/join/action",
  loadBalancerFrontendIpConfigurations:
    "Microsoft.Network/loadBalancers/frontendIPConfigurations/join/action",
  publicIPPrefix: "Microsoft.Network/publicIPPrefixes/join/action",
  virtualNetwork: "Microsoft.Network/virtualNetworks/joinLoadBalancer/action",
};

interface Join {
  action: string;
  id: string;
}

/** @throws ArmError 403 as ARM returns it, before the provider sees the request */
export function checkLinkedAccess(world: ArmWorld, type: string, { id, body, caller }: PutRequest): void {
  const all = joinsOf(world, caller.objectId, body["properties"]);
  const closed = all.filter((join) => !allows(world, caller.objectId, join));
  if (closed.length === 0) return;
  const [actions, scopes] = [closed.map(({ action }) => action), closed.map((join) => join.id)].map((texts) =>
    [...new Set(texts)].join("', '"),
  );
  throw new ArmError(
    403,
    "LinkedAuthorizationFailed",
    `The client '${caller.applicationId}' with object id '${caller.objectId}' has permission to perform action '${type}/write' on scope '${id}'; however, it does not have permission to perform action(s) '${actions}' on the linked scope(s) '${scopes}' (respectively) or the linked scope(s) are invalid.`,
    { from: "gateway" },
  );
}

/** What the caller is held to. */
function joinsOf(world: ArmWorld, objectId: string, properties: unknown): Join[] {
  if (isGoverned(world, objectId)) return joinsIn(properties);
  if (!isClusterIdentity(world, objectId)) return [];
  return joinsIn(properties).filter(({ action }) => action === JOINS["subnet"]);
}

function joinsIn(value: unknown): Join[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const action = JOINS[name];
    const ids = [inner].flat().flatMap((one) => (typeof one?.id === "string" ? [one.id as string] : []));
    return action === undefined || ids.length === 0 ? joinsIn(inner) : ids.map((id) => ({ action, id }));
  });
}
