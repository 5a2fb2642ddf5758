/** Visibility and auto-approval as the CCM would set them; other fields are reported by drift, never written. Pure. */
import type { Edit, Evidence, Plan } from "../changes/plan.ts";
import { sameValue } from "../changes/body.ts";
import type { Declared } from "../intents/model.ts";
import type { Link } from "../network/model.ts";

/** The change that brings the link back to what its owner declares; an empty plan if it is so already. */
export function planLink(link: Link, owner: Declared, evidence: readonly Evidence[]): Plan {
  const desired = owner.intent.link;
  if (!desired) return { changes: [] };
  const edits = [
    editOf("properties.visibility", link.visibility, desired.visibility),
    editOf("properties.autoApproval", link.autoApproval, desired.autoApproval),
  ].filter((edit) => edit !== undefined);
  if (edits.length === 0) return { changes: [] };
  const { cluster, namespace, name } = owner;
  const reason = `Service ${cluster}/${namespace}/${name} declares ${edits.map(({ path }) => path.split(".")[1]).join(" and ")} otherwise`;
  return {
    changes: [
      {
        action: "update",
        capability: "links",
        resourceId: link.id,
        cluster,
        namespace,
        reason,
        evidence,
        edits,
      },
    ],
  };
}

function editOf(path: string, actual: readonly string[], desired: readonly string[]): Edit | undefined {
  if (sameValue([...actual], [...desired])) return undefined;
  return { path: `${path}.subscriptions`, before: [...actual], after: [...desired] };
}
