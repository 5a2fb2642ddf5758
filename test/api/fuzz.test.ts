import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyOf } from "../../api/key.ts";
import { operations } from "../../api/operations.ts";
import { toOpenApi } from "../../api/openapi.ts";
import { apiOver, apiWorld, applied, FINDING } from "../builders/api.ts";
import { balancerId, plsIdIn, subnetId } from "../builders/world.ts";

const document = toOpenApi(operations) as any;
const KEYS = [
  keyOf(plsIdIn("pls")),
  keyOf(subnetId("apps")),
  keyOf(balancerId("MC_old")),
  FINDING.id,
  "latest",
  "id-1",
];

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(...KEYS, "../..", "%00", "'; --", "1e999", "-1", "__proto__"),
);
const query = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "limit",
      "continuation",
      "state",
      "q",
      "dryRun",
      "severity",
      "days",
      "format",
      "resource",
      "status",
      "cluster",
    ),
    fc.string(),
  ),
  fc.oneof(text, fc.constantFrom("true", "all", "1", "1000", "json")),
  { maxKeys: 3 },
);
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constantFrom(
    '{"reason":"x"}',
    '{"status":"Approved","reason":"x"}',
    '{"journalId":"id-1"}',
    '{"cluster":"one","manifest":"kind: Service\\nmetadata: {name: a}\\nspec: {type: LoadBalancer}"}',
    `{"reason":"x","untilUtc":"2026-12-01T00:00:00.000Z"}`,
  ),
);
const etag = fc.option(fc.oneof(fc.constant("*"), fc.string({ unit: "grapheme-ascii" })), { nil: undefined });

describe("every request is answered according to the document, and never with an internal failure", () => {
  test.each(operations.map((one) => [one.name, one] as const))("%s", async (_, { method, path }) => {
    const run = await apiWorld();
    await applied(run);
    const ask = apiOver(run);
    const described = Object.keys(document.paths[path][method.toLowerCase()].responses).map(Number);
    await fc.assert(
      fc.asyncProperty(text, query, body, etag, async (name, asked, raw, ifMatch) => {
        const line = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(name) || "x");
        const url = `${method} ${line}?${new URLSearchParams(asked).toString()}`;
        const sent = { ...(method !== "GET" && { raw }), ...(ifMatch !== undefined && { ifMatch }) };
        const answer = await ask(url, sent);
        // A mutated path may belong to another operation or to none.
        expect([...described, 404, 405]).toContain(answer.status);
        expect(answer.status).not.toBe(503);
        expect(answer.text).not.toMatch(/at .*\.(m?js|ts):\d/);
      }),
      { numRuns: 25 },
    );
  });
});
