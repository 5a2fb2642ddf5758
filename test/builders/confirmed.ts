import { canonicalId } from "../../shared/azure/resourceId.ts";
import type { Tables } from "../../shared/ports/ports.ts";
import { feed } from "./world.ts";

/** Cluster one confirmed its Services just now, after this version of the resource was read: what it declares may be written. */
export async function confirmSince(
  { feeds, ...tables }: Pick<Tables, "feeds" | "observations">,
  id: string,
  version: string,
): Promise<void> {
  const reported = feed({ atUtc: new Date().toISOString() });
  await feeds.transact("all", [{ do: "put", key: "one", value: reported }]);
  await observeBefore(tables, id, version);
}

/** This version of the resource was read before cluster one confirmed its Services last. */
export async function observeBefore(
  { observations }: Pick<Tables, "observations">,
  id: string,
  version: string,
): Promise<void> {
  const { sequence, heardAtUtc: atUtc = "" } = feed();
  const value = { version, sequence: sequence - 1, atUtc };
  await observations.transact("one", [{ do: "put", key: canonicalId(id), value }]);
}
