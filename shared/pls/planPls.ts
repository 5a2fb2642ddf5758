/**
 * The fields that policy lets Mooring write, as the CCM would set them; audits report the others, Mooring
 * never writes them. Pure.
 */
import type { Edit, Evidence, Plan } from "../changes/plan.ts";
import { sameValue } from "../changes/body.ts";
import { ACCESS_PATHS } from "../changes/opened.ts";
import type { Json } from "../ports/resources.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import type { Policy } from "../policy/policy.ts";
import { desiredPls, type DesiredPls } from "./desired.ts";

/** Path of each field in ARM; lists of subscriptions are one level deeper. */
export const PATHS: Readonly<Record<keyof DesiredPls, string>> = {
  ...ACCESS_PATHS,
  fqdns: "properties.fqdns",
  proxyProtocol: "properties.enableProxyProtocol",
};

/** The change that brings the PLS to the state that its owner declares; an empty plan if it matches. */
export function planPls(
  pls: PrivateLinkService,
  owner: Declared,
  {
    evidence,
    policy,
  }: { readonly evidence: readonly Evidence[]; readonly policy: Pick<Policy, "privateLinkServices"> },
): Plan {
  if (!owner.intent.pls) return { changes: [] };
  const desired = desiredPls(owner.intent.pls, policy);
  const fields = policy.privateLinkServices.fields.filter(
    (field) => !sameValue(json(pls[field]), json(desired[field])),
  );
  if (fields.length === 0) return { changes: [] };
  const { cluster, namespace, name } = owner;
  const edits = fields.map((field): Edit => ({
    path: PATHS[field],
    before: json(pls[field]),
    after: json(desired[field]),
  }));
  const reason = `Service ${cluster}/${namespace}/${name} declares ${fields.join(" and ")} otherwise`;
  const change = {
    action: "update",
    capability: "privateLinkServices",
    resourceId: pls.id,
    cluster,
    namespace,
  } as const;
  return { changes: [{ ...change, reason, evidence, edits }] };
}

function json(value: readonly string[] | boolean): Json {
  return typeof value === "boolean" ? value : [...value];
}
