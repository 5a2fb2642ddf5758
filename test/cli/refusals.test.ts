import { randomBytes } from "node:crypto";
import { beforeAll, expect, inject, test } from "vitest";
import { createPorts } from "../../shared/adapters/ports.ts";
import { recordRefusal, type Refusal } from "../../shared/admission/refusalStore.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { markCurrent } from "../builders/current.ts";
import { cluster } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";
import { runCli } from "./runCli.ts";

const env = {
  AzureWebJobsStorage: inject("storage"),
  MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
  MOORING_TABLE_PREFIX: `r${randomBytes(6).toString("hex")}`,
};
const mooring = (line: string) => runCli(line.split(" "), { env });

const DAY = 86_400_000;

beforeAll(async () => {
  const { ports } = createPorts(parseSettings(env));
  await markCurrent(ports.tables);
  await ports.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  const record = (daysAgo: number, some: Partial<Refusal>) =>
    recordRefusal(
      { ...memoryRun(), ports, now: () => new Date(Date.now() - daysAgo * DAY) },
      {
        cluster: "one",
        namespace: "shop",
        name: "web",
        operation: "CREATE",
        mode: "warn",
        reasons: [{ rule: "address-claimed", message: "10.0.1.50 is declared by Service two/shop/queue" }],
        ...some,
      },
    );
  await record(0, {});
  await record(1, { namespace: "bank", mode: "enforce" });
  await record(10, { name: "old" });
});

test("lists what was refused, or would have been, within seven days", async () => {
  const { code, out } = await mooring("refusals");
  const lines = out.trimEnd().split("\n");
  expect([code, lines.length]).toEqual([0, 3]);
  expect(lines[0]).toMatch(/^WHEN +SERVICE +RESULT +RULES +WHY$/);
  expect(lines[1]).toMatch(/one\/shop\/web +would be refused +address-claimed +10\.0\.1\.50 is declared by/);
  expect(lines[2]).toMatch(/one\/bank\/web +refused +address-claimed/);
});

test.each([
  ["--mode warn", ["shop/web"]],
  ["--mode enforce --cluster one", ["bank/web"]],
  ["--namespace shop --days 30", ["shop/web", "shop/old"]],
  ["--namespace empty", []],
])("refusals %s", async (options, expected) => {
  const { out } = await mooring(`-o json refusals ${options}`);
  const found: Refusal[] = JSON.parse(out);
  expect(found.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(expected);
});

test.each([
  ["--cluster onee", "mooring: --cluster onee: there is no cluster onee; did you mean one?\n"],
  ["--days 31", "mooring: --days 31: not an integer from 1 to 30\n"],
  ["--mode deny", "Allowed choices are warn, enforce."],
])("refusals %s is invalid", async (options, problem) => {
  const { code, err } = await mooring(`refusals ${options}`);
  expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
});
