import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** The adapter that sends, the composition root that hands it on, the port, and the one user. */
const ALLOWED = new Set([
  "shared/adapters/resources.ts",
  "shared/adapters/ports.ts",
  "shared/adapters/app.ts",
  "shared/ports/resources.ts",
  "shared/changes/apply.ts",
]);
const MUTATING = [
  {
    what: "an SDK's mutating call",
    pattern:
      /\.(beginCreateOrUpdate|beginDelete|createOrUpdate|updateTags|updatePrivateEndpointConnection|deletePrivateEndpointConnection)\w*\(/,
  },
  {
    what: "a delete of an operation group",
    pattern:
      /\.(loadBalancers|privateLinkServices|privateEndpoints|subnets|virtualNetworks|networkInterfaces|publicIPAddresses)\.delete\(/,
  },
  { what: "a raw mutating request", pattern: /\.pathUnchecked\([^)]*\)\s*\.(put|patch|post|delete)\(/ },
  { what: "the writer's port", pattern: /\bResourceWriter\b/ },
];

function violations(path: string, source: string): string[] {
  return ALLOWED.has(path)
    ? []
    : MUTATING.filter(({ pattern }) => pattern.test(source)).map(({ what }) => `${path}: ${what}`);
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, folder, name));
}

test("nothing but apply reaches a mutating ARM call", () => {
  const files = ["shared", "functions", "cli", "api"].flatMap(sources);
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap((file) => violations(relative(ROOT, file), readFileSync(file, "utf8")))).toEqual([]);
});

test.each([
  ["await client.loadBalancers.createOrUpdate(rg, name, body)", "an SDK's mutating call"],
  ["await client.privateLinkServices.delete(rg, name)", "a delete of an operation group"],
  ["await context.pathUnchecked(id).put({ body })", "a raw mutating request"],
  ["function f(writer: ResourceWriter) {}", "the writer's port"],
])("the check finds %s", (source, what) =>
  expect(violations("shared/pls/x.ts", source)).toEqual([`shared/pls/x.ts: ${what}`]),
);
