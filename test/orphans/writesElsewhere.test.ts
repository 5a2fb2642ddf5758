/** The controller's writes of a Private Link Service count, in whatever resource group it is. */
import { expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { DAY, deserted, enforceSweep, ITEM, place } from "../builders/deletedCluster.ts";
import { cluster, pls, plsIdIn } from "../builders/world.ts";
import { memoryRun } from "../memory/run.ts";

test.each(["MC_one", "rg-pls"])(
  "a Private Link Service in %s that the controller wrote minutes ago is not deleted",
  async (group) => {
    const run = memoryRun();
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await enforceSweep(run);
    const own = pls({ id: plsIdIn("pls", group) });
    place(run, [deserted()], [own]);
    const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM).catch(() => []);
    await sweep();
    run.clock.advance(8 * DAY);
    run.activity.writes.push({ atUtc: run.clock.nowUtc, resourceId: own.id, caller: "controller" });
    run.clock.advance(1200);
    await sweep();
    expect(run.resources.bodyOf(own.id)).toBeDefined();
  },
);
