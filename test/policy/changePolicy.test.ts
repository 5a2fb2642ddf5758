import { describe, expect, test } from "vitest";
import { RULES } from "../../shared/admission/rules.ts";
import { admissionModeFor, severitiesFor } from "../../shared/admission/permitted.ts";
import { applyPolicy, checkPolicy } from "../../shared/audit/applyPolicy.ts";
import { applyPlan, planPolicy, planRollback } from "../../shared/audit/changePolicy.ts";
import { withAdmissionMode } from "../../shared/policy/admissionMode.ts";
import { differenceLine, policyDifferences } from "../../shared/policy/differences.ts";
import type { PolicyDifference } from "../../shared/policy/policyModel.ts";
import { Policy, defaultPolicy } from "../../shared/policy/policy.ts";
import { listPolicyVersions, readPolicy, versionOf } from "../../shared/policy/policyStore.ts";
import { OWNERSHIP_RULES, policyWarnings } from "../../shared/policy/policyWarnings.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const ADA = { who: "ada", reason: "test" };

async function versions(run: MemoryRun) {
  return (await Array.fromAsync(listPolicyVersions(run))).map(versionOf);
}

async function apply(run: MemoryRun, document: object, reason = "test") {
  run.clock.advance(1);
  return applyPlan(run, await planPolicy(run, document), { ...ADA, reason });
}

describe("a policy that was applied", () => {
  test("has an author, a reason and a place in the history", async () => {
    const run = memoryRun();
    const first = await apply(run, { maxDeletesPerRun: 1 }, "carefully");
    const second = await apply(run, { maxDeletesPerRun: 2 }, "faster");
    expect(await versions(run)).toEqual([
      { version: second, who: "ada", reason: "faster" },
      { version: first, who: "ada", reason: "carefully" },
    ]);
    expect(await readPolicy(run)).toMatchObject({ version: second, who: "ada", reason: "faster" });
  });

  test("is not replaced by an author who has seen an earlier one", async () => {
    const run = memoryRun();
    const plan = await planPolicy(run, { maxDeletesPerRun: 1 });
    await apply(run, { maxDeletesPerRun: 2 });
    await expect(applyPlan(run, plan, ADA)).rejects.toThrow("the policy changed after it was shown");
    expect((await readPolicy(run)).policy.maxDeletesPerRun).toBe(2);
    expect(await versions(run)).toHaveLength(1);
  });

  test("replaces an invalid one, although it is the one that was active before", async () => {
    const run = memoryRun();
    await apply(run, { maxDeletesPerRun: 1 });
    const value = { policy: { modes: { sweep: "always" } }, appliedAtUtc: run.now().toISOString() } as never;
    await run.tables.policies.transact("policy", [{ do: "put", key: "current", value }]);
    expect(await planPolicy(run, { maxDeletesPerRun: 1 })).toMatchObject({
      differences: [],
      replacesInvalid: true,
    });
    await apply(run, { maxDeletesPerRun: 1 });
    expect(await planPolicy(run, { maxDeletesPerRun: 1 })).toMatchObject({ replacesInvalid: false });
  });

  test("is not replaced if another one is applied at the same moment", async () => {
    const run = memoryRun();
    const plans = await Promise.all([1, 2].map((maxDeletesPerRun) => planPolicy(run, { maxDeletesPerRun })));
    const results = await Promise.allSettled(plans.map((plan) => applyPlan(run, plan, ADA)));
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("replaces one that is invalid, whatever the history has", async () => {
    const run = memoryRun();
    const value = { policy: { modes: { sweep: "always" } }, appliedAtUtc: run.now().toISOString() };
    await run.tables.policies.transact("policy", [{ do: "put", key: "current", value }]);
    await apply(run, { maxDeletesPerRun: 1 });
    expect((await readPolicy(run)).policy.maxDeletesPerRun).toBe(1);
  });
});

describe("a rollback", () => {
  test("applies the version before the active one again, as a new version", async () => {
    const run = memoryRun();
    const first = await apply(run, { maxDeletesPerRun: 1 });
    await apply(run, { maxDeletesPerRun: 2 });
    run.clock.advance(1);
    const plan = await planRollback(run);
    expect(plan.differences).toEqual([{ path: "maxDeletesPerRun", before: 2, after: 1 }]);
    await applyPlan(run, plan, ADA);
    expect(await readPolicy(run)).toMatchObject({ policy: { maxDeletesPerRun: 1 }, restores: first });
    expect(await versions(run)).toHaveLength(3);
  });

  test("of the first version is the built-in policy", async () => {
    const run = memoryRun();
    await apply(run, { maxDeletesPerRun: 1 });
    expect((await planRollback(run)).policy).toEqual(defaultPolicy);
  });

  test("to a version that is no longer valid is refused with its problems", async () => {
    const run = memoryRun();
    const version = await apply(run, {});
    const [row] = await Array.fromAsync(listPolicyVersions(run));
    const policy = { rules: { "no-such-rule": "deny" } };
    await run.tables.policies.transact("policy", [
      { do: "put", key: row?.key ?? "", value: { policy, appliedAtUtc: version } },
    ]);
    await expect(planRollback(run, version)).rejects.toThrow("unknown rule no-such-rule");
  });
});

function lineOf(one: PolicyDifference): string {
  const { mark, text } = differenceLine(one);
  return `${mark} ${text}`;
}

test.each<[string, object, object, string[]]>([
  ["nothing", {}, {}, []],
  ["a setting", { maxDeletesPerDay: 1 }, { maxDeletesPerDay: 2 }, ["~ maxDeletesPerDay: 1 -> 2"]],
  ["a rule", {}, { rules: { "subnet-full": "off" } }, ['+ rules.subnet-full: "off"']],
  ["no rule", { rules: { "subnet-full": "off" } }, {}, ['- rules.subnet-full: "off"']],
  [
    "an entry of a list",
    { excludedRanges: ["10.0.0.0/28", "10.0.1.0/28"] },
    { excludedRanges: ["10.0.1.0/28", "10.0.2.0/28"] },
    ['- excludedRanges: "10.0.0.0/28"', '+ excludedRanges: "10.0.2.0/28"'],
  ],
  [
    "the order of a list",
    { excludedRanges: ["10.0.0.0/28", "10.0.1.0/28"] },
    { excludedRanges: ["10.0.1.0/28", "10.0.0.0/28"] },
    ['~ excludedRanges: ["10.0.0.0/28","10.0.1.0/28"] -> ["10.0.1.0/28","10.0.0.0/28"]'],
  ],
])("a difference in %s", (_, before, after, lines) =>
  expect(policyDifferences(Policy.parse(before), Policy.parse(after)).map(lineOf)).toEqual(lines),
);

describe("`*` in rules", () => {
  const severity = (policy: object, id: string) => {
    const rule = RULES.find((one) => one.id === id);
    if (!rule) throw new Error(id);
    return severitiesFor(checkPolicy(policy), { cluster: "one", namespace: "shop" })(rule);
  };
  const override = { namespaces: ["shop"], rules: { "*": "warn" } };

  test.each<[string, object, string, string]>([
    ["applies to a rule that is not named", { rules: { "*": "warn" } }, "subnet-full", "warn"],
    ["not to one that is named", { rules: { "*": "warn", "subnet-full": "deny" } }, "subnet-full", "deny"],
    ["not to one that is off by default", { rules: { "*": "deny" } }, "pls-visibility-everyone", "off"],
    [
      "in a later entry applies to what an earlier one names",
      { rules: { "subnet-full": "off" }, overrides: [override] },
      "subnet-full",
      "warn",
    ],
    [
      "in an earlier entry does not apply to what a later one names",
      { overrides: [override, { rules: { "subnet-full": "off" } }] },
      "subnet-full",
      "off",
    ],
  ])("%s", (_, policy, id, expected) => expect(severity(policy, id)).toBe(expected));
});

describe("the mode of admission", () => {
  const SHOP = { cluster: "one", namespace: "shop" };
  const LAB = { cluster: "one", namespace: "lab" };

  test("changes for all, or for some places, and only there", () => {
    const all = withAdmissionMode(defaultPolicy, { mode: "warn" });
    expect([SHOP, LAB].map((place) => admissionModeFor(all, place))).toEqual(["warn", "warn"]);
    const some = withAdmissionMode(defaultPolicy, { mode: "warn", namespaces: ["lab"] });
    expect([SHOP, LAB].map((place) => admissionModeFor(some, place))).toEqual(["enforce", "warn"]);
    expect(Policy.parse(some)).toEqual(some);
  });

  test("has one entry for a place, and decides whatever came before", () => {
    const rules = { namespaces: ["lab"], rules: { "subnet-full": "off" }, modes: { admission: "warn" } };
    const before = Policy.parse({ overrides: [rules] });
    const once = withAdmissionMode(before, { mode: "enforce", namespaces: ["lab"] });
    expect(admissionModeFor(once, LAB)).toBe("enforce");
    const twice = withAdmissionMode(once, { mode: "warn", namespaces: ["lab"] });
    expect([twice.overrides.length, admissionModeFor(twice, LAB)]).toEqual([2, "warn"]);
  });
});

describe("dangerous combinations", () => {
  const SWEEP = { modes: { sweep: "enforce" } };

  test.each<[string, object, RegExp[]]>([
    ["the default", {}, []],
    ["deletes with the default limits", SWEEP, []],
    ["a short grace period without deletes", { sweepGraceSeconds: 60 }, []],
    ["deletes after a short grace period", { ...SWEEP, sweepGraceSeconds: 60 }, [/sweepGraceSeconds 60/]],
    [
      "deletes of one kind after a short grace period",
      { ...SWEEP, sweepGraceByKind: { connection: 0 } },
      [/sweepGraceByKind\.connection 0/],
    ],
    ["deletes of everything", { ...SWEEP, maxDeletePercent: 100 }, [/maxDeletePercent 100: .* everything/]],
    [
      "deletes without a budget",
      { ...SWEEP, maxDeletesPerRun: 1000, maxDeletesPerDay: 10_000 },
      [/there is no budget/],
    ],
    ["deletes of nothing", { ...SWEEP, maxDeletesPerRun: 0 }, [/nothing is deleted/]],
    ["rejections of nothing", { modes: { rejections: "enforce" } }, [/nothing is rejected/]],
    [
      "rejections within an hour",
      { modes: { rejections: "enforce" }, connections: { rejectPendingAfterHours: 1 } },
      [/rejectPendingAfterHours 1/],
    ],
    [
      "one address for two Services",
      { rules: { "address-claimed": "warn" } },
      [/^rules does not deny address-claimed/],
    ],
    [
      "the same in a cluster that enforces, in warn mode",
      {
        modes: { admission: "warn" },
        overrides: [
          { clusters: ["prod"], modes: { admission: "enforce" }, rules: { "address-claimed": "off" } },
        ],
      },
      [/^overrides\[0\]\.rules does not deny address-claimed/],
    ],
    ["the same in warn mode", { modes: { admission: "warn" }, rules: { "address-claimed": "warn" } }, []],
    [
      "every rule as a warning",
      { rules: { "*": "warn" } },
      [/does not deny address-in-use, address-claimed/],
    ],
    [
      "the same for a namespace",
      {
        overrides: [
          { modes: { admission: "warn" }, rules: { "*": "off" } },
          { namespaces: ["lab"], rules: { "pls-name-taken": "off" } },
        ],
      },
      [/^overrides\[1\]\.rules does not deny pls-name-taken/],
    ],
    ["claims of a complete subnet", { claims: { unconfirmedPercent: 100 } }, [/unconfirmedPercent 100/]],
    [
      "a refusal in warn mode",
      { modes: { admission: "warn" }, onUnavailable: "deny" },
      [/^onUnavailable deny/],
    ],
  ])("%s", (_, policy, expected) =>
    expect(policyWarnings(Policy.parse(policy))).toEqual(expected.map((text) => expect.stringMatching(text))),
  );

  test("rules that keep one owner exist and deny by default", () =>
    expect(
      RULES.filter(({ id, severity }) => severity === "deny" && OWNERSHIP_RULES.some((one) => one === id)),
    ).toHaveLength(OWNERSHIP_RULES.length));
});

test("a policy that code applies has the system as its author", async () => {
  const run = memoryRun();
  await applyPolicy(run, {});
  expect(await readPolicy(run)).toMatchObject({ who: "system" });
});
