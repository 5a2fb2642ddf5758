import type { Orphan, Orphans } from "../../api/model.ts";
import { isNamed } from "../../shared/azure/resourceId.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Api } from "../api/operations.ts";

/** All candidates, and what was deleted. @throws ApiFailure */
export async function readOrphans(api: Api): Promise<Orphans> {
  const first = await api.call("listOrphans", { query: { limit: "1000" } });
  const items = [...first.items];
  for (let { continuation } = first; continuation !== undefined;) {
    const page = await api.call("listOrphans", { query: { limit: "1000", continuation } });
    items.push(...page.items);
    ({ continuation } = page);
  }
  return { ...first, items };
}

/** @param selector name or id @throws InvalidInput if the resource is not a candidate, or if several match */
export function chooseOrphan({ items, unreadable }: Orphans, selector: string): Orphan {
  const found = only(items, selector);
  if (found) return found;
  throw new InvalidInput([
    `${selector} is not an orphan candidate: a living Service uses it, it belongs to no registered cluster, or it does not exist; run \`mooring orphans list --all\``,
    ...unreadable.map((one) => `subscription ${one} could not be read: \`mooring doctor\` states the cause`),
  ]);
}

/** The resource with this name or id. @throws InvalidInput if several match */
export function only<T extends { readonly resourceId: string }>(
  all: readonly T[],
  selector: string,
): T | undefined {
  const found = all.filter(({ resourceId }) => isNamed(resourceId, selector));
  if (found.length < 2) return found[0];
  throw new InvalidInput(found.map(({ resourceId }) => `${selector} may be ${resourceId}: specify its id`));
}
