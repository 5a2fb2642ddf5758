import { describe, expect, test } from "vitest";
import { silentLog } from "../shared/ports/log.ts";
import { defaultPolicy } from "../shared/policy/policy.ts";
import { applyPolicy } from "../shared/audit/applyPolicy.ts";
import { historyKey, readPolicy } from "../shared/policy/policyStore.ts";
import { memoryRun } from "./memory/run.ts";

const broken = { policy: { modes: { sweep: "always" } }, appliedAtUtc: "2026-11-23T12:30:00.000Z" };

describe("the active policy", () => {
  test("is the default until one is applied", async () =>
    expect(await readPolicy(memoryRun())).toEqual({ policy: defaultPolicy, version: "default" }));

  test("is what was applied last, by the time of it", async () => {
    const run = memoryRun();
    await applyPolicy(run, { maxDeletesPerRun: 1 });
    expect(await readPolicy(run)).toEqual({
      policy: { ...defaultPolicy, maxDeletesPerRun: 1 },
      version: run.now().toISOString(),
      who: "system",
      reason: "set up",
    });
  });

  test("is the last valid one, which is logged, if the stored one is invalid", async () => {
    const errors: string[] = [];
    const run = memoryRun({ log: { ...silentLog, error: (message) => errors.push(message) } });
    await applyPolicy(run, { maxDeletesPerRun: 1 });
    await run.tables.policies.transact("policy", [
      { do: "put", key: "current", value: broken },
      { do: "put", key: historyKey(broken.appliedAtUtc), value: broken },
    ]);
    expect((await readPolicy(run)).policy.maxDeletesPerRun).toBe(1);
    expect(errors).toEqual(["the stored policy is invalid; the last valid one stays active"]);
  });

  test("is none, rather than the default, when no good one is left: the default may allow more", async () => {
    const run = memoryRun();
    await run.tables.policies.transact("policy", [{ do: "put", key: "current", value: broken }]);
    await expect(readPolicy(run)).rejects.toThrow("policy modes.sweep: ");
  });
});
