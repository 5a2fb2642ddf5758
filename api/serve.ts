/**
 * Handles every call of the HTTP API: authenticate, check the origin, route, validate, call one use case,
 * respond. Called by `functions/api.ts` only.
 */
import type { Log } from "../shared/ports/log.ts";
import { optionsAnswer, problemAnswer, toAnswer, type ApiAnswer } from "./answer.ts";
import { demandOwnOrigin, queryOf, readInput, type ApiRequest } from "./input.ts";
import type { Role } from "./model.ts";
import { demandPrepared, openApp, type Host } from "./open.ts";
import type { Operation } from "./operation.ts";
import { operations } from "./operations.ts";
import { planning } from "./plans.ts";
import { demandRole, principalOf, signInOf } from "./principal.ts";
import { toProblem } from "./problem.ts";
import { allowedOf, matchesAt, matchRoute, pathBelow } from "./route.ts";
import { messageOf } from "../shared/core/messageOf.ts";

/** Never throws: a failure is a response. */
export async function serve(request: ApiRequest, log: Log, host: Host): Promise<ApiAnswer> {
  try {
    return await respond(request, log, host);
  } catch (error) {
    const problem = toProblem(error);
    const why = messageOf(error);
    if (problem.status === 503) log.error("request failed", { why });
    else log.warn("request refused", { status: problem.status, problems: problem.problems });
    return problemAnswer(request, problem);
  }
}

async function respond(request: ApiRequest, log: Log, host: Host): Promise<ApiAnswer> {
  const opened = await openApp(host, log);
  const { app, run } = opened;
  const principal = await principalOf(request, signInOf(host.env, app));
  const path = pathBelow(request.url);
  if (request.method === "OPTIONS") return optionsAnswer(allowedOf(matchesAt(operations, path)));
  const { operation, params } = matchRoute(operations, request.method, path);
  demandRole(principal, roleFor(operation, request));
  if (operation.method !== "GET") demandOwnOrigin(request);
  const input = await readInput(request, operation, params);
  await demandPrepared(opened, log);
  const ifMatch = request.headers.get("if-match");
  const call = { ...input, run, app, principal, ...(ifMatch !== null && { ifMatch }) };
  return toAnswer(request, await operation.handle(call), operation.status);
}

/** A reader may see the plan of every change. */
function roleFor({ query, role }: Operation, request: ApiRequest): Role {
  return query === planning && queryOf(request)["dryRun"] === "true" ? "Mooring.Reader" : role;
}
