/**
 * The published description of Microsoft.Network as a Swagger 2.0 document, rebuilt from its generated client
 * at run time: `@azure/arm-network` 36 carries each operation's path, verb, parameters, answers and body
 * mappers (api-version 2025-05-01; later clients carry none). Used only to check the sandbox's answers
 * against it.
 */
import { NetworkManagementClient } from "arm-network-36";

interface Mapper {
  serializedName?: string;
  readOnly?: boolean;
  required?: boolean;
  type: {
    name: string;
    className?: string;
    modelProperties?: Record<string, Mapper>;
    element?: Mapper;
    value?: Mapper;
  };
}

interface OperationSpec {
  path: string;
  httpMethod: string;
  responses: Record<string, { bodyMapper?: Mapper }>;
  requestBody?: { mapper: Mapper };
  serializer: { modelMappers: Record<string, Mapper> };
}

type Schema = Record<string, unknown>;

export const API_VERSION = "2025-05-01";

const GROUPS = [
  "virtualNetworks",
  "subnets",
  "networkInterfaces",
  "publicIPAddresses",
  "loadBalancers",
  "loadBalancerFrontendIPConfigurations",
  "loadBalancerBackendAddressPools",
  "privateLinkServices",
  "privateEndpoints",
] as const;

// The generated client lost which codes belong to which verb of a long-running operation; these are the published ones.
const CODES: Record<string, readonly string[]> = {
  PUT: ["200", "201"],
  DELETE: ["200", "202", "204"],
  POST: ["200", "202"],
};

/** The complete document, to be written as JSON. */
export async function publishedApi(): Promise<Schema> {
  const operations = await collectOperations();
  const mappers = operations[0]?.serializer.modelMappers ?? {};
  const paths: Record<string, Record<string, Schema>> = {};
  for (const operation of operations)
    (paths[operation.path] ??= {})[operation.httpMethod.toLowerCase()] = toOperation(operation);
  return {
    swagger: "2.0",
    info: { title: "NetworkManagementClient", version: API_VERSION },
    host: "management.azure.com",
    schemes: ["https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    paths,
    definitions: reachable(paths, mappers),
  };
}

/** Calls every method of the groups with a client that keeps the operation's description instead of sending it. */
async function collectOperations(): Promise<OperationSpec[]> {
  const seen = new Map<string, OperationSpec>();
  const client = new NetworkManagementClient({ getToken: async () => null }, "subscription");
  const keep = (_: unknown, spec: OperationSpec) => {
    if (spec.path.includes("/providers/Microsoft.Network/"))
      seen.set(`${spec.httpMethod} ${spec.path}`, spec);
    return Promise.reject(new Error("described, not sent"));
  };
  Object.assign(client, { sendOperationRequest: keep });
  for (const group of GROUPS) await callAll(client[group]);
  return [...seen.values()];
}

async function callAll(group: object): Promise<void> {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(group)).filter((name) =>
    /^(_|get|update|delete|createOrUpdate|begin|check)/.test(name),
  );
  for (const name of methods.filter((name) => !name.endsWith("AndWait") && name !== "constructor")) {
    const method = (group as Record<string, (...args: unknown[]) => unknown>)[name];
    await Promise.resolve(method?.call(group, "a", "b", {}, {}, {})).catch(() => undefined);
  }
}

function toOperation(spec: OperationSpec): Schema {
  const codes = CODES[spec.httpMethod] ?? Object.keys(spec.responses).filter((code) => code !== "default");
  const longRunning = spec.httpMethod === "PUT" || spec.httpMethod === "DELETE";
  return {
    operationId: `${spec.httpMethod}_${spec.path}`.replaceAll(/[^A-Za-z]+/g, "_"),
    parameters: [...pathParameters(spec.path), queryParameter("api-version"), ...bodyParameters(spec)],
    responses: Object.fromEntries([...codes, "default"].map((code) => [code, toResponse(spec, code)])),
    ...(longRunning &&
      !spec.path.includes("/privateEndpointConnections/") && { "x-ms-long-running-operation": true }),
    ...(spec.path.endsWith("s") && { "x-ms-pageable": { nextLinkName: "nextLink" } }),
  };
}

function toResponse(spec: OperationSpec, code: string): Schema {
  if (code === "default") return { description: "error", schema: errorSchema };
  const bodiless = code === "204" || code === "202" || spec.httpMethod === "DELETE";
  const mapper = spec.responses[code]?.bodyMapper ?? spec.responses["200"]?.bodyMapper;
  return { description: code, ...(mapper && !bodiless && { schema: toSchema(mapper) }) };
}

const errorSchema: Schema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        target: { type: "string" },
        details: { type: "array", items: { type: "object" } },
      },
    },
  },
};

function pathParameters(path: string): Schema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    type: "string",
  }));
}

function queryParameter(name: string): Schema {
  return { name, in: "query", required: true, type: "string" };
}

function bodyParameters(spec: OperationSpec): Schema[] {
  if (!spec.requestBody) return [];
  return [{ name: "parameters", in: "body", required: true, schema: toSchema(spec.requestBody.mapper) }];
}

function toSchema(mapper: Mapper): Schema {
  const { name, className, element, value } = mapper.type;
  const readOnly = mapper.readOnly ? { readOnly: true } : {};
  if (name === "Composite") return { $ref: `#/definitions/${className}` };
  if (name === "Sequence") return { type: "array", items: toSchema(element as Mapper), ...readOnly };
  if (name === "Dictionary")
    return { type: "object", additionalProperties: toSchema(value as Mapper), ...readOnly };
  if (name === "Number") return { type: "number", ...readOnly };
  if (name === "Boolean") return { type: "boolean", ...readOnly };
  if (name === "any" || name === "Object") return {};
  return { type: "string", ...readOnly };
}

/** Definitions that the paths refer to, directly or through one another. */
function reachable(paths: unknown, mappers: Record<string, Mapper>): Record<string, Schema> {
  const definitions: Record<string, Schema> = {};
  const waiting = references(paths);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (definitions[name]) continue;
    definitions[name] = toDefinition(mappers[name]);
    waiting.push(...references(definitions[name]));
  }
  return definitions;
}

function references(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/#\/definitions\/(\w+)/g)].map(([, name]) => name ?? "");
}

function toDefinition(mapper: Mapper | undefined): Schema {
  const definition: Schema = { type: "object", properties: {} };
  for (const property of Object.values(mapper?.type.modelProperties ?? {})) place(definition, property);
  return definition;
}

/** Puts a property at its dotted place: the client flattens `properties.x`, the wire does not. */
function place(definition: Schema, property: Mapper): void {
  const path = (property.serializedName ?? "").split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));
  const last = path.pop() ?? "";
  let at = definition;
  for (const part of path) {
    const properties = at["properties"] as Record<string, Schema>;
    at = properties[part] ??= { type: "object", properties: {} };
  }
  (at["properties"] as Record<string, Schema>)[last] = toSchema(property);
}
