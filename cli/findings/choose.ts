import { listFindings } from "../../shared/findings/findingStore.ts";
import { isThere, type Finding } from "../../shared/findings/finding.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Run } from "../../shared/ports/ports.ts";

/** By id, or how it begins; one that is there comes before one that is resolved. @throws InvalidInput if none fits, or several do */
export async function chooseFinding(run: Run, selector: string): Promise<Finding> {
  const wanted = selector.toLowerCase();
  const all = await listFindings(run);
  const fitting = wanted === "" ? [] : all.filter(({ id }) => id.startsWith(wanted));
  const byId = new Map(
    fitting.toSorted((a, b) => Number(isThere(a)) - Number(isThere(b))).map((one) => [one.id, one]),
  );
  const [found, other] = [...byId.values()];
  if (!found)
    throw new InvalidInput(
      `there is no finding ${selector}; \`mooring findings list --state all\` shows them`,
    );
  if (other) throw new InvalidInput([...byId.keys()].map((id) => `${selector} may be ${id}: say more of it`));
  return found;
}
