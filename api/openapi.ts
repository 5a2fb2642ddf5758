/** The OpenAPI document, generated from the table of operations. */
import manifest from "../package.json" with { type: "json" };
import * as z from "zod";
import * as model from "./model.ts";
import { REQUEST_HEADER } from "./input.ts";
import type { Operation } from "./operation.ts";
import { planning } from "./plans.ts";
import { PROBLEM_TYPE, TITLES, type ProblemStatus } from "./problem.ts";

type Json = Record<string, unknown>;

/** 409 of a read too: Azure may refuse the read. */
const EVERYWHERE: readonly ProblemStatus[] = [400, 401, 403, 404, 409, 429, 503];
const WRITING: readonly ProblemStatus[] = [413, 415];
const REFERENCE = "#/components/schemas/";

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export function toOpenApi(operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = toOperation(operation);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Mooring",
      version: manifest.version,
      description:
        "Keeps AKS internal load balancers and Private Link Services in sync with the Service annotations.",
      license: { name: "UNLICENSED", identifier: "LicenseRef-UNLICENSED" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ entra: [] }],
    paths,
    components: { schemas: components(), securitySchemes: { entra: SIGN_IN } },
  };
}

const SIGN_IN = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description:
    "Microsoft Entra ID through App Service authentication, with the role Mooring.Reader or Mooring.Operator. Browsers use the session cookie.",
};

function toOperation(operation: Operation): Json {
  const { name, summary, role, body, query } = operation;
  return {
    operationId: name,
    summary,
    description:
      query === planning
        ? `Requires the role ${role}; a dry run requires Mooring.Reader.`
        : `Requires the role ${role}.`,
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } },
    }),
    responses: responsesOf(operation),
  };
}

function parametersOf({ method, path, query, params }: Operation): Json[] {
  const described = properties(params);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: described[name] ?? { type: "string", minLength: 1 },
  }));
  const inQuery = Object.entries(properties(query)).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
  const headers = method === "GET" ? [] : [OWN_REQUEST];
  return [...inPath, ...inQuery, ...headers];
}

const OWN_REQUEST = {
  name: REQUEST_HEADER,
  in: "header",
  required: true,
  description: "Required on every change; protects against cross-site requests.",
  schema: { const: "1" },
};

function responsesOf(operation: Operation): Json {
  const { method, errors = [], status = 200 } = operation;
  const statuses = [...EVERYWHERE, ...(method === "GET" ? [] : WRITING), ...errors];
  const failures = statuses.toSorted((a, b) => a - b).map((one) => [String(one), failure(one)]);
  const headers = { ETag: { description: "Entity tag of the response", schema: { type: "string" } } };
  const unchanged = method === "GET" ? { "304": { description: "The resource matches If-None-Match" } } : {};
  const description = status === 202 ? "Begun" : "OK";
  const well = { [status]: { description, headers, content: contentOf(operation) } };
  return { ...well, ...unchanged, ...Object.fromEntries(failures) };
}

function contentOf({ response, types = [] }: Operation): Json {
  if (response) return { "application/json": { schema: schemaOf(response, "output") } };
  return Object.fromEntries(types.map((type) => [type, { schema: { type: "string" } }]));
}

function failure(status: number): Json {
  const name = status === 412 ? "PlanProblem" : "Problem";
  const content = { [PROBLEM_TYPE]: { schema: { $ref: `${REFERENCE}${name}` } } };
  return { description: TITLES[status as ProblemStatus], content };
}

/** The schemas of `model.ts`, each by name. */
function named(): [string, z.ZodType][] {
  return Object.entries(model).flatMap(([name, value]) =>
    value instanceof z.ZodType ? [[name, value]] : [],
  );
}

const registry = z.registry<{ id: string }>();
for (const [name, schema] of named()) registry.add(schema, { id: name });

function components(): Json {
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `${REFERENCE}${id}`, io: "output" });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutMarks(schema)]));
}

/** A reference to a named schema, or the schema itself. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const id = registry.get(schema)?.id;
  if (id !== undefined) return { $ref: `${REFERENCE}${id}` };
  const alone = z.registry<{ id: string }>();
  for (const [name, schema] of named()) alone.add(schema, { id: name });
  alone.add(schema, { id: INLINE });
  const { schemas } = z.toJSONSchema(alone, { uri: (name) => `${REFERENCE}${name}`, io });
  return withoutMarks(schemas[INLINE] ?? {});
}

const INLINE = "__inline";

function properties(schema: z.ZodType | undefined): Record<string, Json> {
  if (!schema) return {};
  const { properties = {} } = schemaOf(schema, "input") as { properties?: Record<string, Json> };
  return properties;
}

/** The document states the dialect, and the name of a component is its id. */
function withoutMarks({
  $schema: _dialect,
  $id: _id,
  ...schema
}: Json & { $schema?: unknown; $id?: unknown }) {
  return schema;
}
