/** The body with which a deleted resource can be created again: without read-only properties. Pure. */
import type { Json, JsonObject } from "../ports/resources.ts";

/**
 * Read-only properties, at any level. @see https://learn.microsoft.com/rest/api/virtualnetwork (readOnly
 * properties)
 */
const READ_ONLY = new Set([
  "etag",
  "provisioningState",
  "resourceGuid",
  "alias",
  "networkInterfaces",
  "privateEndpointConnections",
]);
/** In children these are references to siblings; at the top level they are the siblings. */
const BACK_REFERENCES = new Set([
  "backendIPConfigurations",
  "inboundNatPools",
  "inboundNatRules",
  "loadBalancingRules",
  "outboundRules",
]);

export function restorable(body: JsonObject): JsonObject {
  const { properties, ...envelope } = body;
  const kept = isObject(properties)
    ? Object.entries(properties).map(([key, value]) => [key, child(value)] as const)
    : [];
  return withoutReadOnly({ ...envelope, properties: Object.fromEntries(kept) }) as JsonObject;
}

function child(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).map((item) => {
    if (!isObject(item) || !isObject(item["properties"])) return item;
    return { ...item, properties: omit(item["properties"], BACK_REFERENCES) };
  });
}

function withoutReadOnly(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutReadOnly);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(omit(value, READ_ONLY)).map(([key, item]) => [key, withoutReadOnly(item)]),
  );
}

function omit(value: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
