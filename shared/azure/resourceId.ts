/**
 * ARM resource ids. Comparisons ignore case, because Azure does not preserve it.
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

/** Types of resources with addresses, in lower case. */
export const FRONTEND_TYPE = "microsoft.network/loadbalancers/frontendipconfigurations";
export const PLS_TYPE = "microsoft.network/privatelinkservices";

/** The resource type in lower case; empty if the text is not an id. */
export function typeOf(id: string): string {
  return parseResourceId(id)?.type.toLowerCase() ?? "";
}

/** The last name in an id; the text itself if it is not an id. */
export function resourceName(id: string): string {
  return parseResourceId(id)?.name ?? id;
}

/** The form for comparing ids and for keys. */
export function canonicalId(id: string): string {
  return id.toLowerCase();
}

/** True if both name the same resource. */
export function sameId(a: string, b: string): boolean {
  return a === b || canonicalId(a) === canonicalId(b);
}

/** The function with its last answer kept: lists have what belongs to one resource together. */
export function keepLast<T>(compute: (id: string) => T): (id: string) => T {
  let last: { readonly id: string; readonly answer: T } | undefined;
  return (id) => {
    if (last?.id !== id) last = { id, answer: compute(id) };
    return last.answer;
  };
}

/** True if `selector` is the resource's id or name, ignoring case. */
export function isNamed(resourceId: string, selector: string): boolean {
  return [resourceId, resourceName(resourceId)].some((text) => text.toLowerCase() === selector.toLowerCase());
}
