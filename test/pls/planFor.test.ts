/** Everything that is planned for one Private Link Service, from what its cluster confirmed and what the audit found. */
import { beforeEach, describe, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { plsPlanner } from "../../shared/pls/planFor.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import {
  cluster,
  connection,
  declared,
  feed,
  intent,
  pls,
  plsIntent,
  NOW,
  PARTNER,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await confirm();
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
});

const confirm = (some = {}) =>
  run.tables.declarations.transact("one", [
    { do: "put", key: "shop/web", value: declared({ intent: intent({ pls: plsIntent() }), ...some }) },
  ]);
const plan = (some: Partial<PrivateLinkService>, reads: "one" | "all" = "one") =>
  plsPlanner(run, reads)(pls(some));

describe.each(["one", "all"] as const)("reading %s declarations", (reads) => {
  test("the change rests on what the cluster confirmed and on the marks in Azure", async () => {
    const planned = await plan({ visibility: ["*"] }, reads);
    expect(planned).toMatchObject({
      cluster: { name: "one" },
      owner: { name: "web" },
      confirmedSequence: 5,
      plan: {
        changes: [
          {
            confirmedSequence: 5,
            evidence: [
              {
                says: "Service one/shop/web declares the Private Link Service",
                source: "Kubernetes",
                atUtc: "2026-11-23T11:50:00.000Z",
                version: "10",
              },
              { says: expect.stringContaining("has its owner tag"), source: "Azure", atUtc: NOW },
            ],
          },
        ],
      },
    });
  });

  test.each<[string, Partial<PrivateLinkService>, () => unknown, object]>([
    ["of no registered cluster", { tags: {} }, () => undefined, { cluster: undefined, owner: undefined }],
    [
      "without an owner",
      { tags: { "k8s-azure-cluster-name": "kubernetes" } },
      () => undefined,
      { cluster: { name: "one" }, owner: undefined, confirmedSequence: 5 },
    ],
    [
      "whose cluster never confirmed anything",
      {},
      () => run.tables.feeds.transact("all", [{ do: "remove", key: "one" }]),
      { cluster: { name: "one" }, owner: { name: "web" }, confirmedSequence: undefined },
    ],
    [
      "that is tagged off",
      { tags: { ...pls().tags, Mooring: "OFF" } },
      () => undefined,
      { cluster: { name: "one" }, owner: { name: "web" }, confirmedSequence: 5 },
    ],
    [
      "whose Service is being deleted",
      {},
      () => confirm({ deletedAtUtc: NOW }),
      { cluster: { name: "one" }, owner: undefined, confirmedSequence: 5 },
    ],
  ])("nothing is planned for one %s", async (_, some, arrange, expected) => {
    await arrange();
    const {
      plan: made,
      cluster: of,
      owner,
      confirmedSequence,
    } = await plan({ visibility: ["*"], ...some }, reads);
    expect(made).toEqual({ changes: [] });
    expect({ cluster: of, owner, confirmedSequence }).toMatchObject(expected);
  });
});

test("what several have in common is read once", async () => {
  const planner = plsPlanner(run, "all");
  for (let n = 0; n < 3; n += 1) await planner(pls());
  const { clusters, declarations, feeds, findings } = run.tables;
  expect([clusters.calls.count("list"), declarations.calls.count("list"), feeds.calls.count("get")]).toEqual([
    1, 1, 1,
  ]);
  expect(findings.calls.count("list")).toBe(0);
});

describe("a pending connection that the audit found", () => {
  const DAY_AGO = "2026-11-22T12:00:00.000Z";
  const finding = (some: Partial<Finding> = {}) =>
    ({
      id: "f",
      check: "connection-pending-undeclared",
      scope: "one",
      about: connection().id.toUpperCase(),
      firstSeenAtUtc: DAY_AGO,
      lastSeenAtUtc: NOW,
      ...some,
    }) as Finding;
  const rejected = async (one: Finding) => {
    await run.tables.findings.transact("all", [{ do: "put", key: "f", value: one }]);
    const endpointId = connection().endpointId?.replace(SUBSCRIPTION, PARTNER) ?? "";
    const planned = await plan({ connections: [connection({ status: "Pending", endpointId })] });
    return planned.plan.changes.map(({ capability }) => capability);
  };

  test.each<[string, Partial<Finding>, string[]]>([
    ["as long ago as policy lets it wait is rejected", {}, ["rejections"]],
    ["a moment later stays", { firstSeenAtUtc: "2026-11-22T12:00:00.001Z" }, []],
    ["and that was resolved stays", { resolvedAtUtc: NOW }, []],
    ["again since stays: its waiting time starts again", { reopenedAtUtc: NOW }, []],
    [
      "again as long ago is rejected",
      { firstSeenAtUtc: "2026-01-01T00:00:00.000Z", reopenedAtUtc: DAY_AGO },
      ["rejections"],
    ],
    ["by another check stays", { check: "other" }, []],
    ["on another connection stays", { about: `${connection().id}x` }, []],
  ])("%s", async (_, some, capabilities) => {
    await applyPolicy(run, { connections: { rejectPendingAfterHours: 24 } });
    expect(await rejected(finding(some))).toEqual(capabilities);
  });

  test("stays where policy names no hours", async () => expect(await rejected(finding())).toEqual([]));
});
