import { canonicalId, parseResourceId } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { demandKey } from "./key.ts";
import { ApiProblem } from "./problem.ts";

const PLS = "microsoft.network/privatelinkservices";
const CONNECTION = `${PLS}/privateendpointconnections`;

/**
 * Id of a PLS in a watched subscription. Other resources that the app's identity can read are not exposed.
 * @throws ApiProblem 404
 */
export function demandPlsId(run: Run, key: string): string {
  return demand(run, key, PLS);
}

/** Same for a private endpoint connection. @throws ApiProblem 404 */
export function demandConnectionId(run: Run, key: string): string {
  return demand(run, key, CONNECTION);
}

function demand({ ports: { subscriptions } }: Run, key: string, type: string): string {
  const id = demandKey(key);
  const parts = parseResourceId(id);
  const isWatched = subscriptions.some((one) => canonicalId(one) === parts?.subscription.toLowerCase());
  if (parts?.type.toLowerCase() === type && parts.resourceGroup !== "" && isWatched) return id;
  throw new ApiProblem(404, "Resource not found in the watched subscriptions");
}
