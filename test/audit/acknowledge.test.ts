import { beforeEach, describe, expect, test } from "vitest";
import { acknowledge, withdraw } from "../../shared/audit/acknowledge.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { findFinding, FINDINGS, listFindings } from "../../shared/findings/findingStore.ts";
import { FindingQuery, queryFindings } from "../../shared/audit/query.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { Conflict, InvalidInput } from "../../shared/core/errors.ts";
import { AuditEstate } from "../builders/auditEstate.ts";
import type { MemoryRun } from "../memory/run.ts";

let estate: AuditEstate;
let run: MemoryRun;
let id: string;

beforeEach(async () => {
  estate = await AuditEstate.create();
  run = estate.run;
  estate.look({ one: "visible" });
  await runAudit(run, { who: "system", why: "test" });
  id = (await listFindings(run))[0]?.id ?? "";
});

const given = { who: "me", reason: "reported on Monday", untilUtc: "2026-11-30T00:00:00.000Z" };
const find = (state: string) => queryFindings(run, FindingQuery.parse({ state }));

test("operator, reason and date are stored, and it is not open until then", async () => {
  const row = await acknowledge(run, id, given);
  expect(row.value.acknowledged).toEqual({ ...given, atUtc: run.clock.nowUtc });
  expect(await findFinding(run, id)).toEqual(row);
  expect([(await find("open")).length, (await find("acknowledged")).length]).toEqual([0, 1]);
  run.clock.advance(7 * 86_400);
  expect([(await find("open")).length, (await find("acknowledged")).length]).toEqual([1, 0]);
});

test("it can be taken back", async () => {
  const { version } = await acknowledge(run, id, given);
  const row = await withdraw(run, id, { version });
  expect(row.value).not.toHaveProperty("acknowledged");
  expect(await find("open")).toHaveLength(1);
});

describe("is refused", () => {
  test.each<[string, Partial<typeof given>, string]>([
    ["until a time in the past", { untilUtc: "2026-11-23T11:00:00.000Z" }, "untilUtc"],
    ["for longer than a year", { untilUtc: "2028-01-01T00:00:00.000Z" }, "untilUtc"],
    ["until no time at all", { untilUtc: "tomorrow" }, "untilUtc"],
    ["without a reason", { reason: " " }, "reason"],
  ])("%s", async (_, some, problem) => {
    const asked = acknowledge(run, id, { ...given, ...some });
    await expect(asked).rejects.toThrow(InvalidInput);
    await expect(asked).rejects.toThrow(problem);
  });

  test("of a finding that does not exist, or is resolved", async () => {
    await expect(acknowledge(run, "ffffffffffff", given)).rejects.toThrow(
      "finding ffffffffffff does not exist",
    );
    estate.look({});
    await runAudit(run, { who: "system", why: "test" });
    await expect(acknowledge(run, id, given)).rejects.toThrow("is resolved");
  });

  test("on a finding that changed since it was shown", async () => {
    const shown = await findFinding(run, id);
    await acknowledge(run, id, { ...given, reason: "first" });
    await expect(acknowledge(run, id, { ...given, version: shown?.version ?? "" })).rejects.toThrow(Conflict);
    await expect(withdraw(run, id, { version: shown?.version ?? "" })).rejects.toThrow(Conflict);
  });
});

describe("while an audit writes the same finding", () => {
  /** Does it between the audit's reading of findings and its writing of them. */
  const meanwhile = (action: () => Promise<unknown>) => {
    const { findings } = run.tables;
    const transact = findings.transact.bind(findings);
    findings.transact = async (partition, writes) => {
      findings.transact = transact;
      await action();
      return transact(partition, writes);
    };
  };

  test("the change of the audit and the acknowledgement are both kept", async () => {
    await estate.watch(["pls-visibility-differs"]);
    estate.look({ one: "both" });
    run.network.allPrivateLinkServices = run.network.allPrivateLinkServices.map((pls) => ({
      ...pls,
      visibility: ["*", "x"],
    }));
    meanwhile(() => acknowledge(run, id, given));
    await runAudit(run, { who: "system", why: "test" });
    const row = await findFinding(run, id);
    expect(row?.value).toMatchObject({ acknowledged: given, actual: expect.stringContaining("x") });
  });

  test("and the audit resolves it, it is resolved", async () => {
    estate.look({});
    meanwhile(() => acknowledge(run, id, given));
    const { run: ended } = await runAudit(run, { who: "system", why: "test" });
    expect(ended).toMatchObject({ state: "done", resolved: 1 });
    expect((await findFinding(run, id))?.value).not.toHaveProperty("acknowledged");
  });
});

test("an acknowledged suspected finding stays acknowledged when it opens, and is not reported", async () => {
  const row = await findFinding(run, id);
  const { changed: _, ...suspected } = row?.value ?? ({} as Finding);
  const value = { ...suspected, opensAtUtc: run.clock.nowUtc };
  await run.tables.findings.transact(FINDINGS, [{ do: "put", key: row?.key ?? "", value }]);
  await acknowledge(run, id, given);
  run.clock.advance(60);
  const { run: ended } = await runAudit(run, { who: "system", why: "test" });
  expect(ended).toMatchObject({ state: "done", appeared: 0, acknowledged: 1 });
});

test("findings are filtered by the fields of the query", async () => {
  estate.look({ one: "both", two: "visible" });
  await runAudit(run, { who: "system", why: "test" });
  const ask = async (query: object) =>
    (await queryFindings(run, FindingQuery.parse(query))).map(({ check, cluster }) => `${cluster} ${check}`);
  const [visible, approving] = ["pls-visibility-differs", "pls-auto-approval-differs"];
  expect(await ask({})).toEqual([`one ${visible}`, `two ${visible}`, `one ${approving}`].toSorted(byCheck));
  expect(await ask({ check: approving })).toEqual([`one ${approving}`]);
  expect(await ask({ cluster: "TWO" })).toEqual([`two ${visible}`]);
  expect(await ask({ q: "Visibility" })).toHaveLength(2);
  expect(await ask({ q: id })).toEqual([`one ${visible}`]);
  expect(await ask({ scope: "mooring" })).toEqual([]);
  expect(await ask({ severity: "info" })).toEqual([]);
  expect(await ask({ state: "resolved" })).toEqual([]);
  expect(FindingQuery.safeParse({ nonsense: 1 }).success).toBe(false);
});

/** By check, then by what it is about. */
function byCheck(a: string, b: string): number {
  const key = (text: string) => text.split(" ").toReversed().join(" ");
  return key(a) < key(b) ? -1 : 1;
}
