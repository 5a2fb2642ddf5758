/** Desired state of a PLS: the declaration of its owner, narrowed by policy. Pure. */
import type { PlsIntent } from "../kubernetes/intent.ts";
import type { Policy } from "../policy/policy.ts";

export interface DesiredPls {
  readonly visibility: readonly string[];
  readonly autoApproval: readonly string[];
  readonly fqdns: readonly string[];
  readonly proxyProtocol: boolean;
}

export function desiredPls(
  declared: PlsIntent,
  { privateLinkServices }: Pick<Policy, "privateLinkServices">,
): DesiredPls {
  return {
    visibility: narrowed(declared.visibility, privateLinkServices.visibility),
    autoApproval: narrowed(declared.autoApproval, privateLinkServices.autoApproval),
    fqdns: declared.fqdns,
    proxyProtocol: declared.proxyProtocol,
  };
}

/** `*` narrowed to a list is the list. */
function narrowed(declared: readonly string[], allowed: readonly string[] | undefined): readonly string[] {
  if (!allowed || allowed.includes("*")) return declared;
  if (declared.includes("*")) return allowed;
  return declared.filter((id) => allowed.includes(id.toLowerCase()));
}
