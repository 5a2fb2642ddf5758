/**
 * What the HTTP API takes and gives, as zod schemas: the OpenAPI document, the checks at the door and the dashboard's types are all
 * made from these. Times are ISO 8601 in UTC and end in `AtUtc` or `Utc`. `key` names a thing in a path; it is opaque.
 */
export * from "./model/basics.ts";
export * from "./model/plans.ts";
export * from "./model/findings.ts";
export * from "./model/overview.ts";
export * from "./model/subnets.ts";
export * from "../shared/ip/model.ts";
export * from "./model/pls.ts";
export * from "./model/orphans.ts";
export * from "./model/journal.ts";
export * from "./model/queues.ts";
export * from "./model/playground.ts";
