/**
 * The work of the Private Link Services queue: which Private Link Services become work, when work is
 * deferred, and what remains.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { AwaitsReport } from "../../shared/core/errors.ts";
import { pollPrivateLinkServices } from "../../shared/pls/poll.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { confirmNow } from "../builders/reports.ts";
import {
  cluster,
  connection,
  declared,
  feed,
  intent,
  pls,
  plsIntent,
  managedCluster,
  NOW,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "pls", id: pls().id, why: "event", seenAtUtc: NOW, correlationId: "c-7" };
let run: MemoryRun;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  await own(true);
  run.network.clusters = [managedCluster()];
});

const own = (isOwned: boolean) =>
  run.tables.declarations.transact("one", [
    isOwned
      ? { do: "put", key: "shop/web", value: declared({ intent: intent({ pls: plsIntent() }) }) }
      : { do: "remove", key: "shop/web" },
  ]);

function place(some: Partial<PrivateLinkService> = {}): PrivateLinkService {
  const actual = pls({ visibility: ["*"], ...some });
  run.network.allPrivateLinkServices = [actual];
  run.resources.place(actual.id, {
    tags: actual.tags,
    properties: { provisioningState: "Succeeded", visibility: { subscriptions: [...actual.visibility] } },
  });
  return actual;
}
const reconcile = () => reconcilePls(run, createApply(run.resources), ITEM);
/** The change is deferred once: the version of the resource is new. */
async function confirmed() {
  await reconcile().catch(() => undefined);
  await confirmNow(run);
}

describe("work is deferred by ten seconds until the cluster reports", () => {
  test.each<[string, () => unknown, string]>([
    [
      "if the resource was written since the declaration was confirmed",
      () => place(),
      "the resource was written since",
    ],
    [
      "if it has no owner yet, and its version is new",
      async () => {
        place({ version: "1" });
        await own(false);
      },
      "the cluster has not confirmed its owner yet",
    ],
  ])("%s", async (_, arrange, message) => {
    await arrange();
    const error = await reconcile().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwaitsReport);
    expect(error).toMatchObject({ message: expect.stringContaining(message), retryAfterSeconds: 10 });
  });

  test.each<[string, Partial<PrivateLinkService>, boolean]>([
    ["if it has no owner, and its version is not recorded", {}, false],
    [
      "if it has no owner, and is tagged off",
      { version: "1", tags: { ...pls().tags, mooring: "off" } },
      false,
    ],
    ["if it is no registered cluster's", { version: "1", tags: {} }, false],
    ["if it has an owner, and nothing to change", { version: "1", visibility: plsIntent().visibility }, true],
  ])("not %s", async (_, some, isOwned) => {
    place(some);
    await own(isOwned);
    expect(await reconcile()).toEqual([]);
    expect(run.tables.observations.all()).toEqual([]);
  });

  test("nor if it does not exist", async () => expect(await reconcile()).toEqual([]));
});

describe("reconciling", () => {
  test("states in the journal what requested it", async () => {
    place();
    await confirmed();
    expect(await reconcile()).toMatchObject([{ outcome: "applied" }]);
    expect(run.tables.journal.all()[0]?.cause).toEqual({ why: "event", who: "system", correlationId: "c-7" });
  });

  test("fails with what failed, so that the queue tries again", async () => {
    place();
    await confirmed();
    run.resources.calls.failNext(new Error("500"), { method: "write" });
    await expect(reconcile()).rejects.toThrow(`${pls().id}: 500`);
  });

  test("has two writers audited, and nothing else", async () => {
    place();
    await applyPolicy(run, { privateLinkServices: { maxRepairsPerHour: 1 } });
    await confirmed();
    await reconcile();
    expect(run.queue.sent).toEqual([]);
    place();
    await confirmed();
    expect(await reconcile()).toMatchObject([{ outcome: "refused", guard: "fighting" }]);
    expect(run.queue.sent).toMatchObject([
      { queue: "drift", item: { what: "drift", id: "all", why: "two writers", correlationId: "c-7" } },
    ]);
  });
});

describe("a poll", () => {
  test("makes work of each Private Link Service with something to do, and states that it did", async () => {
    const same = pls({ name: "same" });
    run.network.allPrivateLinkServices = [place(), same];
    expect(await pollPrivateLinkServices(run)).toBe(1);
    expect(run.queue.sent).toMatchObject([
      { queue: "pls", item: { what: "pls", id: pls().id, why: "poll" } },
    ]);
  });

  test("counts a connection to approve as something to do", async () => {
    await run.tables.declarations.transact("one", [
      {
        do: "put",
        key: "shop/web",
        value: declared({ intent: intent({ pls: plsIntent({ autoApproval: plsIntent().visibility }) }) }),
      },
    ]);
    run.network.allPrivateLinkServices = [
      pls({ autoApproval: plsIntent().visibility, connections: [connection({ status: "Pending" })] }),
    ];
    expect(await pollPrivateLinkServices(run)).toBe(1);
  });

  test.each([
    [20, 25],
    [21, 21],
    [25, 21],
  ])("of 25 with %d that fail plans %d: then what all need is unavailable", async (failing, planned) => {
    const one = place();
    run.network.allPrivateLinkServices = Array.from({ length: 25 }, (_, n) => ({
      ...one,
      id: `${one.id}-${n}`,
    }));
    run.tables.waiting.calls.failNext(new Error("503"), { method: "get", times: failing });
    const error = await pollPrivateLinkServices(run).catch((thrown: unknown) => thrown as Error);
    expect(run.tables.waiting.calls.count("get")).toBe(planned);
    const failures = (error as Error).message.split("; ");
    expect(failures).toHaveLength(Math.min(failing, 21));
    expect(failures[0]).toBe(`${one.id}-0: 503`);
  });
});
