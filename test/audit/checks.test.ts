import { describe, expect, test } from "vitest";
import type { Check } from "../../shared/audit/check.ts";
import { CHECKS, listChecks, runChecks } from "../../shared/audit/checks.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { checkPolicy } from "../../shared/audit/applyPolicy.ts";
import { balancer } from "../builders/world.ts";
import { CASES, type Case } from "./checkCases.ts";

const all: readonly Check[] = Object.values(CHECKS).flat() as unknown as Check[];
const checkOf = (id: string) => all.find((check) => check.id === id);

describe.each(Object.entries(CASES))("%s", (id, cases) => {
  test.each(cases.map((one) => [one[0], one] as const))("%s", (_, [, on, subject, found]: Case) => {
    const check = checkOf(id);
    expect(check?.on).toBe(on);
    expect(check?.check(subject)).toEqual(found);
  });
});

test("every check has a case in which it fires and one in which it is silent", () => {
  // Its subjects are only those that are taken: `scope.test.ts` shows who is none.
  const alwaysFires = ["address-in-use"];
  const fires = all.filter(({ id }) => CASES[id]?.some(([, , , found]) => found));
  const silent = all.filter(({ id }) => CASES[id]?.some(([, , , found]) => !found));
  const ids = all.map(({ id }) => id);
  expect(fires.map(({ id }) => id)).toEqual(ids);
  expect(silent.map(({ id }) => id)).toEqual(ids.filter((id) => !alwaysFires.includes(id)));
});

test("ids are unique, and each check documents why it matters", () => {
  const checks = listChecks();
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const { id, title, docs } of checks) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(title).not.toMatch(/\.$/);
    expect(docs).toMatch(/^[A-Z`].*\.$/);
  }
});

describe("policy sets the severity of a check", () => {
  const subjects = [{ balancer: balancer({ sku: "Basic" }), privateLinkServices: 0 }];
  const found = (checks: Record<string, "error" | "warning" | "info" | "off">) =>
    runChecks("balancer", subjects, checks).map(({ id, severity }) => `${id} ${severity}`);

  test("the default without an override", () =>
    expect(found({})).toEqual(["load-balancer-basic-sku warning"]));
  test("another severity", () =>
    expect(found({ "load-balancer-basic-sku": "error" })).toEqual(["load-balancer-basic-sku error"]));
  test("none at all", () => expect(found({ "load-balancer-basic-sku": "off" })).toEqual([]));

  test("an unknown check is refused, with the most similar one", () => {
    expect(() => checkPolicy({ audit: { checks: { "load-balancer-basic-skus": "off" } } })).toThrow(
      new InvalidInput(
        "policy audit.checks: unknown check load-balancer-basic-skus; did you mean load-balancer-basic-sku?",
      ),
    );
  });

  test("an existing one is accepted", () => {
    expect(checkPolicy({ audit: { checks: { "load-balancer-probe-unused": "off" } } }).audit.checks).toEqual({
      "load-balancer-probe-unused": "off",
    });
  });
});
