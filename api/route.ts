/** Finds the operation for a path. */
import type { Operation } from "./operation.ts";
import { ApiProblem } from "./problem.ts";

export interface Matched {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

/** The part of the URL below `/api/v1`; still encoded, so that a key cannot add a segment. */
export function pathBelow(url: string): string {
  return new URL(url).pathname.replace(/^.*?\/v1(?=\/|$)/i, "").replace(/\/$/, "");
}

/** The operations of a path, for any method. */
export function matchesAt(operations: readonly Operation[], path: string): Matched[] {
  return operations.flatMap((operation) => {
    const params = paramsOf(operation.path, path);
    return params ? [{ operation, params }] : [];
  });
}

/** @throws ApiProblem 404, or 405 with the allowed methods */
export function matchRoute(operations: readonly Operation[], method: string, path: string): Matched {
  const here = matchesAt(operations, path);
  const found = here.find(({ operation }) => operation.method === (method === "HEAD" ? "GET" : method));
  if (found) return found;
  if (here.length === 0) throw new ApiProblem(404, "Path not found");
  const allow = allowedOf(here);
  throw new ApiProblem(405, `This path supports ${allow}`, { headers: { allow } });
}

export function allowedOf(matches: readonly Matched[]): string {
  const methods: readonly string[] = matches.map(({ operation }) => operation.method);
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

function paramsOf(template: string, path: string): Record<string, string> | undefined {
  const [names, given] = [template.split("/"), path.split("/")];
  if (names.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = decoded(given[index] ?? "");
    if (!name.startsWith("{")) {
      if (name !== value) return undefined;
    } else if (!value) return undefined;
    else params[name.slice(1, -1)] = value;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
