import { listFindings } from "../../shared/findings/findingStore.ts";
import { isUnresolved, type Finding } from "../../shared/findings/finding.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Run } from "../../shared/ports/ports.ts";

/** By id or prefix of an id; unresolved findings take precedence. @throws InvalidInput if none or several match */
export async function chooseFinding(run: Run, selector: string): Promise<Finding> {
  const prefix = selector.toLowerCase();
  const all = await listFindings(run);
  const fitting = prefix === "" ? [] : all.filter(({ id }) => id.startsWith(prefix));
  const byId = new Map(
    fitting.toSorted((a, b) => Number(isUnresolved(a)) - Number(isUnresolved(b))).map((one) => [one.id, one]),
  );
  const [found, other] = [...byId.values()];
  if (!found)
    throw new InvalidInput(`finding ${selector} does not exist; run \`mooring findings list --state all\``);
  if (other) throw new InvalidInput(`"${selector}" is ambiguous; use one of: ${[...byId.keys()].join(", ")}`);
  return found;
}
