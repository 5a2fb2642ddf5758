/**
 * ARM resource ids: compared without case, because Azure re-cases them freely.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */

export interface ResourceId {
  readonly subscription: string;
  /** Empty for subscription-level resources. */
  readonly resourceGroup: string;
  /** `Microsoft.Network/privateLinkServices` or, for a child, `…/privateLinkServices/privateEndpointConnections`. */
  readonly type: string;
  /** The last name. */
  readonly name: string;
  /** Id of the resource that a child belongs to; undefined for a top-level resource. */
  readonly parentId?: string;
}

const FORM =
  /^\/subscriptions\/([^/]+)(?:\/resourcegroups\/([^/]+))?\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)$/i;

/** The parts of an ARM resource id; `undefined` if the text is not one. */
export function parseResourceId(id: string): ResourceId | undefined {
  const match = FORM.exec(id);
  if (!match) return undefined;
  const [, subscription = "", resourceGroup = "", provider = "", path = ""] = match;
  const segments = path.slice(1).split("/");
  const types = segments.filter((_, index) => index % 2 === 0);
  return {
    subscription,
    resourceGroup,
    type: `${provider}/${types.join("/")}`,
    name: segments.at(-1) ?? "",
    ...(types.length > 1 && { parentId: id.split("/").slice(0, -2).join("/") }),
  };
}

/** Of what has addresses, in lower case. */
export const FRONTEND_TYPE = "microsoft.network/loadbalancers/frontendipconfigurations";
export const PLS_TYPE = "microsoft.network/privatelinkservices";

/** In lower case; empty if the text is not an id. */
export function typeOf(id: string): string {
  return parseResourceId(id)?.type.toLowerCase() ?? "";
}

/** The last name in an id, as people call the resource; the text itself if it is no id. */
export function resourceName(id: string): string {
  return parseResourceId(id)?.name ?? id;
}

/** The form in which ids are compared and used as keys. */
export function canonicalId(id: string): string {
  return id.toLowerCase();
}

/** True if both name the same resource. */
export function sameId(a: string, b: string): boolean {
  return canonicalId(a) === canonicalId(b);
}

/** True if a person who says `selector` may mean the resource: by its id or its name, in any case. */
export function isNamed(resourceId: string, selector: string): boolean {
  return [resourceId, resourceName(resourceId)].some((text) => text.toLowerCase() === selector.toLowerCase());
}
