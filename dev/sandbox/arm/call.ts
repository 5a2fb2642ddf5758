/** A request to ARM, taken apart once, and what is answered. */
import type { ArmEvent } from "./armEvent.ts";
import type { Faults } from "./faults.ts";
import type { Operations } from "./operations.ts";
import type { Body, Caller } from "./resourceType.ts";
import type { ArmWorld } from "./world.ts";

export interface Call {
  method: string;
  /** With single slashes and without a trailing one; as cased by the client. */
  path: string;
  query: URLSearchParams;
  body: Body;
  headers: Headers;
  caller: Caller;
  /** Scheme and authority under which the client reached us: URLs in answers start with it. */
  origin: string;
  correlationId: string;
}

export interface Answer {
  status: number;
  body?: Body;
  headers?: Record<string, string>;
}

export interface Context {
  world: ArmWorld;
  operations: Operations;
  faults: Faults;
  pageSize: number;
  operationMilliseconds: number;
  /** Reports to Event Grid and to the activity log. */
  raise(event: ArmEvent): void;
  /** Reports to the activity log only: what was refused at once. */
  note(event: ArmEvent): void;
  activity: readonly ArmEvent[];
}

/** Undefined: not this route's path. */
export type Route = (context: Context, call: Call) => Answer | undefined;

/** Absolute, as clients follow it with their token attached. */
export function urlOf(call: Call, path: string, query: Record<string, string> = {}): string {
  const url = new URL(path, call.origin);
  for (const [name, value] of Object.entries({
    "api-version": call.query.get("api-version") ?? "",
    ...query,
  }))
    url.searchParams.set(name, value);
  return url.href;
}

/** One page of a list, with the URL of the next. */
export function page(context: Context, call: Call, items: Body[]): Answer {
  const skip = Number(call.query.get("$skipToken") ?? call.query.get("$skiptoken") ?? 0);
  const next = skip + context.pageSize;
  const query = Object.fromEntries(call.query);
  return {
    status: 200,
    body: {
      value: items.slice(skip, next),
      ...(items.length > next && {
        nextLink: urlOf(call, call.path, { ...query, $skipToken: String(next) }),
      }),
    },
  };
}

/** Where to ask how an operation goes. */
export function operationUrl(
  call: Call,
  { id, subscription, location }: { id: string; subscription: string; location: string },
  kind = "operations",
): string {
  return `${call.origin}/subscriptions/${subscription}/providers/Microsoft.Network/locations/${location}/${kind}/${id}?api-version=${call.query.get("api-version") ?? ""}`;
}
