import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import { licencesTable } from "../../dev/tools/licences.ts";
import { createSbom, packageName, type Component, type Sbom } from "../../dev/tools/shipped.ts";
import { builtFrom } from "../builders/builtFrom.ts";

const require = createRequire(import.meta.url);

let sbom: Sbom;
beforeAll(async () => {
  sbom = await createSbom();
});

describe("the bill of materials", () => {
  test("names every package whose code is in the artifact, and none that is not", async () => {
    const { outputs } = await builtFrom();
    const inputs = Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
    );
    const bundled = inputs.flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    const named = new Set(sbom.components.map(packageName));
    expect([...new Set(bundled)].filter((name) => !named.has(name))).toEqual([]);
    // Those of the dashboard, which has a separate build.
    expect([...named]).toContain("preact");
    for (const development of ["esbuild", "vitest", "azurite", "fast-check", "typescript"])
      expect(named).not.toContain(development);
  });

  test("is CycloneDX with the versions that are installed", () => {
    expect(sbom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
    const preact = sbom.components.find((one) => packageName(one) === "preact");
    expect(preact?.version).toBe(require("preact/package.json").version);
    for (const { purl = "", version } of sbom.components) expect(purl).toContain(`@${version}`);
  });

  test("is the same for the same sources", async () => expect(await createSbom()).toEqual(sbom));
});

describe("licences", () => {
  const component = (some: Partial<Component>): Sbom => ({
    ...sbom,
    components: [{ name: "left", version: "1.0.0", ...some }],
  });

  test("of all that is shipped are allowed", () => expect(licencesTable(sbom)).toContain("| preact "));

  test.each<[string, Partial<Component>, string]>([
    ["another one", { licenses: [{ license: { id: "AGPL-3.0-only" } }] }, "AGPL-3.0-only is not allowed"],
    ["a choice", { licenses: [{ expression: "(MIT OR GPL-3.0)" }] }, "(MIT OR GPL-3.0) is not allowed"],
    ["none", {}, "not stated is not allowed"],
  ])("%s is not", (_, some, message) =>
    expect(() => licencesTable(component(some))).toThrow(`left 1.0.0: licence ${message}`),
  );
});
