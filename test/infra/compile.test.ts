/** Left out where there is no Bicep compiler (`dev/tools/infra/compiler.ts`). */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBicep } from "../../dev/tools/infra/compile.ts";
import { findCompiler } from "../../dev/tools/infra/compiler.ts";

/** Four runs of the compiler, on a machine that may do other things. */
const COMPILE_MS = 400_000;

const FILES = {
  "bicepconfig.json": `{ "extensions": { "microsoftGraphV1": "br:example.azurecr.io/graph:1.0.0" } }`,
  "main.bicep": `
param unused string
param size int
resource old 'Microsoft.Storage/storageAccounts@2025-01-99' = { name: 'a', location: 'westeurope' }
resource site 'Microsoft.Web/sites@2024-11-01' = { name: 'b', location: 'westeurope', properties: { serverFarm: 'x' } }
module inner 'parts/inner.bicep' = { params: { name: 'x', wrong: 'y' } }
output key string = listKeys(site.id, '2024-11-01').functionKeys.default
`,
  "parts/inner.bicep": "param name string\nvar a = toUpperr(name)\n",
  "graph.bicep": `
extension microsoftGraphV1
resource app 'Microsoft.Graph/applications@v1.0' = { uniqueName: 'a', displayName: 'b', nickname: 'c' }
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = { appRoleAssignmentRequired: true }
`,
  "main.bicepparam": "using 'main.bicep'\nparam size = 'large'\n",
};

let folder: string;
let problems: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-faults-"));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await using bicep = await openBicep(findCompiler() ?? "", folder);
  problems = await bicep.problems();
}, COMPILE_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["an API version that does not exist", /^main\.bicep\(4,\d+\) : Warning BCP081/],
  ["a property that does not exist", /^main\.bicep\(5,\d+\) : Warning BCP089/],
  ["a module parameter that does not exist", /^main\.bicep\(6,\d+\) : Error BCP037.*"wrong"/],
  ["a secret in an output", /^main\.bicep\(7,\d+\) : Warning outputs-should-not-contain-secrets/],
  ["a parameter without a use", /^main\.bicep\(2,\d+\) : Warning no-unused-params/],
  ["a function that does not exist, in a module", /^parts\/inner\.bicep\(2,\d+\) : Error BCP082.*toUpperr/],
  ["a property that Microsoft Graph does not have", /^graph\.bicep\(3,\d+\) : \w+ BCP037.*nickname/],
  ["a property that Microsoft Graph requires", /^graph\.bicep\(4,\d+\) : \w+ BCP035.*appId/],
  ["a parameter of another type", /^main\.bicepparam\(2,\d+\) : Error BCP033/],
  ["a required parameter without a value", /^main\.bicepparam\(1,\d+\) : Error BCP258.*unused/],
])("the compiler reports %s", (_, expected) => {
  expect(
    problems.some((line) => expected.test(line)),
    problems.join("\n"),
  ).toBe(true);
});
