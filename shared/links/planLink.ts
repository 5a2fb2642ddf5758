/** The fields that policy lets Mooring write, as the CCM would set them; others are reported by drift, never written. Pure. */
import type { Edit, Evidence, Plan } from "../changes/plan.ts";
import { sameValue } from "../changes/body.ts";
import type { Json } from "../changes/resources.ts";
import type { Declared } from "../intents/model.ts";
import type { Link } from "../network/model.ts";
import type { Policy } from "../policy.ts";
import { desiredLink, type DesiredLink } from "./desired.ts";

/** Where ARM has each field; lists of subscriptions are one level deeper. */
export const PATHS: Readonly<Record<keyof DesiredLink, string>> = {
  visibility: "properties.visibility.subscriptions",
  autoApproval: "properties.autoApproval.subscriptions",
  fqdns: "properties.fqdns",
  proxyProtocol: "properties.enableProxyProtocol",
};

/** The change that brings the link back to what its owner declares; an empty plan if it is so already. */
export function planLink(
  link: Link,
  owner: Declared,
  { evidence, policy }: { readonly evidence: readonly Evidence[]; readonly policy: Pick<Policy, "links"> },
): Plan {
  if (!owner.intent.link) return { changes: [] };
  const desired = desiredLink(owner.intent.link, policy);
  const fields = policy.links.fields.filter((field) => !sameValue(json(link[field]), json(desired[field])));
  if (fields.length === 0) return { changes: [] };
  const { cluster, namespace, name } = owner;
  const edits = fields.map((field): Edit => ({
    path: PATHS[field],
    before: json(link[field]),
    after: json(desired[field]),
  }));
  const reason = `Service ${cluster}/${namespace}/${name} declares ${fields.join(" and ")} otherwise`;
  const change = { action: "update", capability: "links", resourceId: link.id, cluster, namespace } as const;
  return { changes: [{ ...change, reason, evidence, edits }] };
}

function json(value: readonly string[] | boolean): Json {
  return typeof value === "boolean" ? value : [...value];
}
