/** `/policy`: shown to readers, changed by operators who have seen the active version. */
import { beforeEach, describe, expect, test } from "vitest";
import { apiOver, apiWorld, type Ask } from "../builders/api.ts";

let ask: Ask;
beforeEach(async () => {
  ask = apiOver(await apiWorld());
});

const body = (some: object) => ({ reason: "rollout", replaces: "default", ...some });
const MODE = "PUT /policy/admission-mode";
const LAB = { mode: "warn", namespaces: ["lab"] };

test("a change of the mode of a namespace is shown, applied with author and reason, and listed", async () => {
  const shown = await ask(`${MODE}?dryRun=true`, { body: body(LAB), as: "reader" });
  const added = { namespaces: ["lab"], rules: {}, modes: { admission: "warn" } };
  const text = `overrides: ${JSON.stringify(added)}`;
  const difference = { path: "overrides", after: added, mark: "+", text };
  expect(shown.body).toEqual({ differences: [difference], warnings: [], replacesInvalid: false });
  expect((await ask(MODE, { body: body(LAB), as: "reader" })).status).toBe(403);
  const { version } = (await ask(MODE, { body: body(LAB) })).body;
  expect((await ask("GET /policy")).body).toMatchObject({
    version,
    who: "ada@example.com",
    reason: "rollout",
    document: { overrides: [added] },
    problems: [],
    warnings: [],
  });
  expect((await ask("GET /policy/versions")).body.items).toEqual([
    { version, who: "ada@example.com", reason: "rollout" },
  ]);
  expect((await ask(`GET /policy/versions/${version}`)).body.differences).toEqual([difference]);
});

test("a rollback applies an earlier version again", async () => {
  const { version } = (await ask(MODE, { body: body(LAB) })).body;
  const back = body({ version: "default", replaces: version });
  expect((await ask("POST /policy/rollback", { body: back })).body.differences).toHaveLength(1);
  expect((await ask("GET /policy")).body).toMatchObject({ restores: "default", document: { overrides: [] } });
});

test("warnings are part of the plan and of the policy", async () => {
  const document = { modes: { sweep: "enforce" }, sweepGraceSeconds: 1 };
  const planned = await ask("PUT /policy?dryRun=true", { body: body({ document }) });
  expect(planned.body.warnings).toEqual([expect.stringContaining("sweepGraceSeconds 1")]);
  await ask("PUT /policy", { body: body({ document }) });
  expect((await ask("GET /policy")).body.warnings).toEqual(planned.body.warnings);
});

describe("is refused", () => {
  test.each<[string, string, object, number, string]>([
    ["an invalid document", "PUT /policy", { document: { modes: { sweep: "never" } } }, 400, "modes.sweep"],
    ["an unknown rule", "PUT /policy", { document: { rules: { x: "deny" } } }, 400, "unknown rule x"],
    ["a change without a reason", MODE, { ...LAB, reason: " " }, 400, "body.reason"],
    ["a change of another version", MODE, { ...LAB, replaces: "2026-01-01T00:00:00.000Z" }, 409, "changed"],
    ["an unknown version", "POST /policy/rollback", { version: "x" }, 400, "there is no policy version x"],
    ["an unknown version in the history", "GET /policy/versions/x", {}, 404, "no policy version x"],
  ])("%s", async (_, what, some, status, problem) => {
    const answer = await ask(what, what.startsWith("GET") ? {} : { body: body(some) });
    expect([answer.status, answer.body.problems]).toEqual([status, [expect.stringContaining(problem)]]);
  });
});
