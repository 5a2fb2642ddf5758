/** The API in this process, with the caller's own rights to storage and Azure: the same operations, without the app. */
import { checkInput } from "../../api/input.ts";
import { operations } from "../../api/operations.ts";
import { ApiProblem } from "../../api/problem.ts";
import { operator } from "../changes.ts";
import { openApp } from "../open.ts";
import { ApiFailure, asOptions, ENDPOINTS, type Api, type Query } from "./operations.ts";

interface Request {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Query;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

/** @throws InvalidInput if the settings are invalid · Refused if the data have another schema version */
export async function apiInProcess(): Promise<Api> {
  const { app, run } = await openApp();
  const principal = {
    name: operator(),
    roles: ["Mooring.Reader", "Mooring.Operator"] as const,
    isLocal: true,
  };
  return {
    async call(name, { params = {}, query = {}, body, ifMatch }: Request) {
      const operation = operations.find((one) => one.name === name);
      if (!operation) throw new Error(`there is no operation ${name}`);
      try {
        const input = checkInput(operation, { params, query: defined(query), body });
        const call = { ...input, run, app, principal, ...(ifMatch !== undefined && { ifMatch }) };
        const { body: data } = await operation.handle(call);
        // As a client of the API reads it.
        return ENDPOINTS[name].response.parse(asData(data)) as never;
      } catch (error) {
        throw error instanceof ApiProblem
          ? new ApiFailure(error.status, asOptions(error.problems, query))
          : error;
      }
    },
  };
}

/** A report is text. */
function asData(body: unknown): unknown {
  return typeof body === "string" ? JSON.parse(body) : body;
}

function defined(query: Query): Query {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}
