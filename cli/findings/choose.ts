import type { Finding } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { listAll, type Api } from "../api/operations.ts";

/** By id or prefix of an id; unresolved findings take precedence. @throws InvalidInput if none or several match */
export async function chooseFinding(api: Api, selector: string): Promise<Finding> {
  const prefix = selector.toLowerCase();
  const all = await listAll(api, "listFindings", { query: { state: "all", q: prefix } });
  const fitting = prefix === "" ? [] : all.filter(({ id }) => id.startsWith(prefix));
  const isResolved = ({ state }: Finding) => Number(state === "resolved");
  const byId = new Map(fitting.toSorted((a, b) => isResolved(b) - isResolved(a)).map((one) => [one.id, one]));
  const [found, other] = [...byId.values()];
  if (!found)
    throw new InvalidInput(`finding ${selector} does not exist; run \`mooring findings list --state all\``);
  if (other) throw new InvalidInput(`"${selector}" is ambiguous; use one of: ${[...byId.keys()].join(", ")}`);
  return found;
}
