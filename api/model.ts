/**
 * Requests and responses of the HTTP API as zod schemas: the OpenAPI document, request validation and the
 * types of the dashboard come from here. Times are ISO 8601 in UTC, in fields that end in `AtUtc` or `Utc`.
 * `key` identifies a resource in a path and is opaque.
 */
export * from "./model/basics.ts";
export * from "./model/plans.ts";
export * from "./model/policy.ts";
export * from "./model/findings.ts";
export * from "./model/overview.ts";
export * from "./model/subnets.ts";
export * from "../shared/ip/model.ts";
export * from "./model/pls.ts";
export * from "./model/orphans.ts";
export * from "./model/journal.ts";
export * from "./model/queues.ts";
export * from "./model/policy.ts";
export * from "./model/playground.ts";
export * from "./model/checkServices.ts";
