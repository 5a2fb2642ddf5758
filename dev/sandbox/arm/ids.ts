/** ARM ids, written here for the emulator alone. */

export interface Id {
  subscription: string;
  resourceGroup: string;
  /** `Microsoft.Network/virtualNetworks` */
  type: string;
  name: string;
  /** Segments after the top-level name: `["subnets", "apps"]`. */
  rest: string[];
  /** Id of the top-level resource. */
  topId: string;
}

const FORM =
  /^(\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/([^/]+)\/([^/]+)\/([^/]+))(\/.*)?$/i;

export function parseId(id: string): Id | undefined {
  const match = FORM.exec(id);
  if (!match) return undefined;
  const [
    ,
    topId = "",
    subscription = "",
    resourceGroup = "",
    provider = "",
    type = "",
    name = "",
    rest = "",
  ] = match;
  return {
    subscription,
    resourceGroup,
    type: `${provider}/${type}`,
    name,
    rest: rest.split("/").filter(Boolean),
    topId,
  };
}

export function key(id: string): string {
  return id.toLowerCase();
}

export function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && key(a) === key(b);
}
