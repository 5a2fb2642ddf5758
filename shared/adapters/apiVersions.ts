/** The api-version for requests to each resource provider. */
import { InvalidInput } from "../core/errors.ts";
import { parseResourceId } from "../azure/resourceId.ts";

const VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.network": "2025-05-01",
  "microsoft.containerservice": "2025-05-01",
};

export const RESOURCE_GROUPS_VERSION = "2025-04-01";
export const LOCKS_VERSION = "2020-05-01";
/** Role assignments and definitions. */
export const AUTHORIZATION_VERSION = "2022-04-01";
export const EVENT_GRID_VERSION = "2025-02-15";
export const ACTIVITY_VERSION = "2015-04-01";

/** @throws InvalidInput if the id is malformed, or of a resource type that Mooring does not read */
export function apiVersionOf(id: string): string {
  const provider = parseResourceId(id)?.type.split("/")[0]?.toLowerCase() ?? "";
  const version = VERSIONS[provider];
  if (version === undefined) throw new InvalidInput(`unsupported resource type: ${id}`);
  return version;
}
