import { ArmError } from "../armError.ts";
import type { Route } from "../call.ts";

const PATH =
  /^\/subscriptions\/[^/]+(?:\/providers\/[^/]+\/locations\/[^/]+)?\/(operations|operationresults)\/([^/]+)$/i;

/** Both ways to ask how an operation goes. */
export const operationRoute: Route = ({ operations }, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const operation = operations.get(match[2] ?? "");
  if (!operation) throw new ArmError(404, "NotFound", `Operation ${match[2]} was not found.`);
  if (match[1]?.toLowerCase() === "operations")
    return {
      status: 200,
      body: {
        status: operation.status,
        ...(operation.error && { error: { ...operation.error, details: [] } }),
      },
    };
  if (operation.status === "InProgress")
    return {
      status: 202,
      headers: {
        location: new URL(call.path, call.origin).href + `?api-version=${call.query.get("api-version")}`,
      },
    };
  return { status: 200, body: {} };
};
