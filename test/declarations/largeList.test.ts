import { expect, test } from "vitest";
import { Reporter, internalService } from "../builders/reports.ts";
import { cluster } from "../builders/world.ts";
import { memoryRun } from "../memory/run.ts";

test("50,000 Services are a normal list", async () => {
  const run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  const reporter = new Reporter(run);
  const services = Array.from({ length: 50_000 }, (_, n) =>
    n % 50 === 0 ? internalService(`s${100_000 + n}`) : { name: `s${100_000 + n}`, type: "ClusterIP" },
  );
  expect(await reporter.list(services)).toMatchObject({
    outcome: "list complete",
    report: { services: 1000 },
  });
});
