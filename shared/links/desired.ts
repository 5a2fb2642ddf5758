/** What a link shall be: as its owner declares it, narrowed by what the organisation allows. Pure. */
import type { LinkIntent } from "../intents/model.ts";
import type { Policy } from "../policy.ts";

export interface DesiredLink {
  readonly visibility: readonly string[];
  readonly autoApproval: readonly string[];
  readonly fqdns: readonly string[];
  readonly proxyProtocol: boolean;
}

export function desiredLink(declared: LinkIntent, { links }: Pick<Policy, "links">): DesiredLink {
  return {
    visibility: narrowed(declared.visibility, links.visibility),
    autoApproval: narrowed(declared.autoApproval, links.autoApproval),
    fqdns: declared.fqdns,
    proxyProtocol: declared.proxyProtocol,
  };
}

/** Everybody (`*`) narrowed to a list is the list. */
function narrowed(declared: readonly string[], allowed: readonly string[] | undefined): readonly string[] {
  if (!allowed || allowed.includes("*")) return declared;
  if (declared.includes("*")) return allowed;
  return declared.filter((id) => allowed.includes(id.toLowerCase()));
}
