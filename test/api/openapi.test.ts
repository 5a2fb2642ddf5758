import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import * as model from "../../api/model.ts";
import { toOpenApi } from "../../api/openapi.ts";
import { operations } from "../../api/operations.ts";

const document = toOpenApi(operations) as any;

test("the document is OpenAPI 3.1", async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("a document that is none is seen", async () => {
  const broken = { ...structuredClone(document), paths: { "/x": { get: { responses: 1 } } } };
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

test("every reference leads somewhere", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, one = ""]) => one);
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.length).toBeGreaterThan(50);
  expect([...new Set(references)].filter((one) => !known.includes(one))).toEqual([]);
});

test("every schema of the model is there under its name", () =>
  expect(Object.keys(document.components.schemas).sort()).toEqual(
    Object.entries(model)
      .flatMap(([name, value]) => (typeof value === "object" ? [name] : []))
      .sort(),
  ));

test("every operation has a unique name, and every path one operation per method", () => {
  const names = operations.map(({ name }) => name);
  const lines = operations.map(({ method, path }) => `${method} ${path}`);
  expect([new Set(names).size, new Set(lines).size]).toEqual([names.length, lines.length]);
});

describe("every operation documents its role and its failures", () => {
  test.each(operations.map((one) => [one.name, one] as const))("%s", (_, { method, path, role, body }) => {
    const described = document.paths[path][method.toLowerCase()];
    const statuses = Object.keys(described.responses);
    expect(statuses).toEqual(expect.arrayContaining(["400", "401", "403", "409", "429", "503"]));
    expect(described.description).toContain(role);
    expect(described.requestBody !== undefined).toBe(body !== undefined);
    const inPath = described.parameters
      .filter((one: any) => one.in === "path")
      .map((one: any) => `{${one.name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    const own = described.parameters.some((one: any) => one.name === "x-mooring-request");
    expect(own).toBe(method !== "GET");
  });
});
