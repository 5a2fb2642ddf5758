/**
 * What an operation of the HTTP API is. The table of them (`operations.ts`) makes the routing, the checks at the door and the OpenAPI
 * document; a handler calls a use case in `shared/` and says what it gave in the words of `model.ts`. It decides nothing.
 */
import type * as z from "zod";
import type { App } from "../shared/adapters/app.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Role } from "./model.ts";
import type { Principal } from "./principal.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A call that is signed in, allowed and well formed. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly run: Run;
  readonly app: Pick<App, "apply" | "settings" | "installation">;
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** As sent, if it was. */
  readonly ifMatch?: string;
}

/** What goes back; without `etag` the hash of the body is it. */
export interface Reply<T = unknown> {
  readonly body: T;
  /** In quotes. */
  readonly etag?: string;
  /** `body` is text of this type, not JSON. */
  readonly type?: string;
  /** Content security policy of what is looked at; absent: nothing may be loaded. */
  readonly policy?: string;
  /** Where what was made is found, below `/api/v1`. */
  readonly location?: string;
  /** Name of the file, for what is saved rather than looked at. */
  readonly fileName?: string;
}

export interface Operation<Params = unknown, Query = unknown, Body = unknown, Answer = unknown> {
  /** The operation's name in the OpenAPI document. */
  readonly name: string;
  readonly method: Method;
  /** `/findings/{id}`, below `/api/v1`. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Absent: it answers with text, of one of `types`. */
  readonly response?: z.ZodType<Answer>;
  readonly types?: readonly string[];
  /** When all went well; 200 unless it says otherwise. */
  readonly status?: 202;
  /** Besides those that every operation has. */
  readonly errors?: readonly number[];
  handle(call: Call<Params, Query, Body>): Promise<Reply<Answer>>;
}

/** Lets the handler know the types of its schemas, and forgets them for the table. */
export function defineOperation<Params, Query, Body, Answer>(
  operation: Operation<Params, Query, Body, Answer>,
): Operation {
  return operation;
}
