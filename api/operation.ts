/**
 * Definition of an operation of the HTTP API. Routing, request validation and the OpenAPI document come
 * from the table in `operations.ts`. A handler calls a use case in `shared/` and converts its result to the
 * schemas of `model.ts`; it contains no decisions.
 */
import type * as z from "zod";
import type { App } from "../shared/adapters/app.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Role } from "./model.ts";
import type { Principal } from "./principal.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An authenticated, authorized and validated call. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly run: Run;
  readonly app: Pick<App, "apply" | "settings" | "installation">;
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Value of the `If-Match` header, if sent. */
  readonly ifMatch?: string;
}

/** The response of a handler; without `etag` the hash of the body is used. */
export interface Reply<T = unknown> {
  readonly body: T;
  /** In quotes. */
  readonly etag?: string;
  /** Media type, if `body` is text and not JSON. */
  readonly type?: string;
  /** Content security policy of a page; absent: the page may load nothing. */
  readonly policy?: string;
  /** Path of the created resource, below `/api/v1`. */
  readonly location?: string;
  /** File name of a download. */
  readonly fileName?: string;
}

export interface Operation<Params = unknown, Query = unknown, Body = unknown, Answer = unknown> {
  /** `operationId` in the OpenAPI document. */
  readonly name: string;
  readonly method: Method;
  /** For example `/findings/{id}`, below `/api/v1`. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Absent if the response is text, of one of `types`. */
  readonly response?: z.ZodType<Answer>;
  readonly types?: readonly string[];
  /** Status of success; default 200. */
  readonly status?: 202;
  /** Largest body; default 64 KiB. */
  readonly maxKibibytes?: number;
  /** Statuses in addition to those of every operation. */
  readonly errors?: readonly number[];
  handle(call: Call<Params, Query, Body>): Promise<Reply<Answer>>;
}

/** Infers the types of the schemas for the handler, and erases them for the table. */
export function defineOperation<Params, Query, Body, Answer>(
  operation: Operation<Params, Query, Body, Answer>,
): Operation {
  return operation;
}
