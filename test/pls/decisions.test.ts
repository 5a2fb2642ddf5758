/** Consumers' connections: what is planned for each automatically, what an operator decides, and the inbox of all of them. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Change, Evidence } from "../../shared/changes/plan.ts";
import { planDecision } from "../../shared/pls/decision.ts";
import { findConnection, type InboxRow, listConnections } from "../../shared/pls/inbox.ts";
import { clusterOfFrontend, clusterOfPls, ownerOfPls } from "../../shared/declarations/plsOwner.ts";
import { consumerOf, decide, planConnections } from "../../shared/pls/planConnections.ts";
import { planPls } from "../../shared/pls/planPls.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { Policy } from "../../shared/policy/policy.ts";
import {
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsIdIn,
  plsIntent,
  NOW,
  PARTNER,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const STATUS = "properties.privateLinkServiceConnectionState.status";
const DESCRIPTION = "properties.privateLinkServiceConnectionState.description";
const evidence: Evidence[] = [{ says: "so", source: "Kubernetes", atUtc: NOW }];
const owner = (some = {}) => declared({ intent: intent({ pls: plsIntent(some) }) });
const endpointIn = (subscription: string) =>
  `/subscriptions/${subscription}/resourceGroups/x/providers/Microsoft.Network/privateEndpoints/pe`;

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

describe("automatically", () => {
  const planned = (some: object, policy: object, overdue: string[] = [], autoApproval: string[] = []) =>
    planConnections(pls({ connections: [connection(some)] }), owner({ autoApproval }), {
      evidence,
      policy: Policy.parse(policy),
      overdue: new Set(overdue),
    }).changes;
  const change = (
    some: Partial<Change>,
    status: string,
    description: string,
    before = "Pending",
  ): unknown => ({
    action: "update",
    resourceId: connection().id,
    cluster: "one",
    namespace: "shop",
    evidence,
    edits: [
      { path: STATUS, before, after: status },
      { path: DESCRIPTION, before: expect.anything(), after: description },
    ],
    ...some,
  });

  test("a pending connection of a declared subscription is approved, with the reason and the evidence", () =>
    expect(
      planned(
        { status: "Pending", endpointId: endpointIn(PARTNER.toUpperCase()) },
        {},
        [],
        [PARTNER.toUpperCase()],
      ),
    ).toEqual([
      change(
        { capability: "connections", reason: `Service one/shop/web auto-approves subscription ${PARTNER}` },
        "Approved",
        "Approved by Mooring: declared in auto-approval",
      ),
    ]));

  test.each([
    ["abcdef", "ABCDEF"],
    ["ABCDEF", "abcdef"],
  ])("of consumer %s is declared as %s", (consumer, declaredAs) => {
    const of = (letters: string) => PARTNER.replace("222222", letters);
    const some = { status: "Pending", endpointId: endpointIn(of(consumer)) };
    expect(planned(some, {}, [], [of(declaredAs)])).toHaveLength(1);
  });

  test("a connection that waited too long is rejected, with the reason", () =>
    expect(
      planned(
        { status: "Pending", endpointId: endpointIn(PARTNER) },
        { connections: { rejectPendingAfterHours: 24 } },
        [connection().id.toLowerCase()],
      ),
    ).toEqual([
      change(
        { capability: "rejections", reason: "no one approved it within 24 hours" },
        "Rejected",
        "Rejected by Mooring: no one approved it within 24 hours",
      ),
    ]));

  test.each(["Auto Approved", "Approved by Mooring: declared in auto-approval"])(
    "a connection with description %j was approved automatically, and is rejected when that is withdrawn",
    (description) =>
      expect(
        planned(
          { status: "Approved", description, endpointId: endpointIn(PARTNER) },
          { connections: { rejectWithdrawn: true } },
        ),
      ).toEqual([
        change(
          { capability: "rejections", reason: `subscription ${PARTNER} is no longer auto-approved` },
          "Rejected",
          `Rejected by Mooring: subscription ${PARTNER} is no longer auto-approved`,
          "Approved",
        ),
      ]),
  );

  const strict = { connections: { rejectPendingAfterHours: 24, rejectWithdrawn: true } };
  const late = [connection().id.toLowerCase()];
  test.each<[string, object]>([
    ["of an unknown consumer", { status: "Pending", endpointId: undefined }],
    ["of a consumer whose id is empty", { status: "Pending", endpointId: "" }],
    [
      "of a consumer whose id is not valid",
      { status: "Approved", description: "Auto Approved", endpointId: "x" },
    ],
    ["that is disconnected", { status: "Disconnected" }],
    ["in a state that Azure introduced since", { status: "Paused", description: "Auto Approved" }],
  ])("nothing is rejected %s, however strict policy is", (_, some) =>
    expect(planned(some, strict, late)).toEqual([]),
  );

  test("policy narrows what is approved, as it narrows the list", () =>
    expect(
      planned(
        { status: "Pending", endpointId: endpointIn(PARTNER) },
        { privateLinkServices: { autoApproval: [SUBSCRIPTION] } },
        [],
        [PARTNER],
      ),
    ).toEqual([]));

  test("a Service without a Private Link Service approves nothing", () => {
    const waiting = pls({ connections: [connection({ status: "Pending" })] });
    const input = { evidence, policy: Policy.parse({}), overdue: new Set<string>() };
    expect(planConnections(waiting, declared(), input).changes).toEqual([]);
  });

  test.each([
    [endpointIn(PARTNER.toUpperCase()), PARTNER],
    ["", undefined],
    ["nonsense", undefined],
    [undefined, undefined],
  ])("the consumer of endpoint %s is %s", (endpointId, consumer) =>
    expect(consumerOf({ ...connection(), endpointId } as never)).toBe(consumer),
  );
});

describe("an operator's decision", () => {
  const row = (some: Partial<InboxRow> = {}): InboxRow => ({
    ...connection({ status: "Pending", description: "please" }),
    pls: "pls",
    service: "one/shop/web",
    cluster: "one",
    consumer: PARTNER,
    isOff: false,
    ...some,
  });
  const decideOn = (some: Partial<InboxRow>, status: "Approved" | "Rejected") =>
    planDecision(run, row(some), { status, reason: "ticket 7", who: "ada" }).changes;

  test.each<[string, "Approved" | "Rejected", string]>([
    ["Pending", "Approved", "connections"],
    ["Rejected", "Approved", "connections"],
    ["Pending", "Rejected", "rejections"],
    ["Approved", "Rejected", "rejections"],
  ])("turns %s into %s, with evidence of the operator and of Azure", (before, status, capability) =>
    expect(decideOn({ status: before }, status)).toEqual([
      {
        action: "update",
        capability,
        resourceId: connection().id,
        cluster: "one",
        reason: "ada: ticket 7",
        evidence: [
          { says: "ada decided: ticket 7", source: "operator", atUtc: NOW },
          { says: expect.stringContaining("of cluster one"), source: "Azure", atUtc: NOW },
        ],
        edits: [
          { path: STATUS, before, after: status },
          { path: DESCRIPTION, before: "please", after: `${status} by ada: ticket 7` },
        ],
      },
    ]),
  );

  test.each(["Approved", "Rejected"] as const)("plans nothing where it is %s already", (status) =>
    expect(decideOn({ status }, status)).toEqual([]),
  );

  test.each<[string, "Approved" | "Rejected", RegExp]>([
    ["Disconnected", "Approved", /pe\.1 is Disconnected: only Pending or Rejected ones can become Approved/],
    ["Paused", "Rejected", /pe\.1 is Paused: only Pending or Approved ones can become Rejected/],
    ["", "Rejected", /pe\.1 is in an unknown state/],
  ])("is refused for one in state %j", (status, to, message) =>
    expect(() => decideOn({ status }, to)).toThrow(message),
  );

  test("is refused on a Private Link Service that is tagged off, also where nothing would change", () =>
    expect(() => decideOn({ isOff: true, status: "Approved" }, "Approved")).toThrow("tagged mooring: off"));

  test("keeps the namespace of its Service if it is recorded", () => {
    const decision = { capability: "connections", reason: "r", description: "d", evidence } as const;
    expect(
      decide(row(), "Approved", { ...decision, owner: { cluster: "one", namespace: "shop" } }),
    ).toHaveProperty("namespace", "shop");
    expect(decide(row(), "Approved", { ...decision, owner: { cluster: "one" } })).not.toHaveProperty(
      "namespace",
    );
  });
});

describe("the inbox", () => {
  const on = (name: string, status: string) =>
    connection({ name, id: `${plsIdIn("pls")}/privateEndpointConnections/${name}`, status });
  beforeEach(async () => {
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    run.network.allPrivateLinkServices = [
      pls({
        connections: [
          on("d", "Disconnected"),
          on("x", "Paused"),
          on("b", "Pending"),
          on("c", "Approved"),
          on("a", "Pending"),
        ],
      }),
      pls({ name: "foreign", tags: {}, connections: [connection()] }),
    ];
  });

  test("has the connections of registered clusters, pending ones first and unknown states last", async () =>
    expect((await listConnections(run)).map(({ name, status }) => `${status} ${name}`)).toEqual([
      "Pending a",
      "Pending b",
      "Approved c",
      "Disconnected d",
      "Paused x",
    ]));

  test("names the Private Link Service, its Service, its cluster and the consumer", async () => {
    const [row] = await listConnections(run);
    expect(row).toMatchObject({
      pls: "pls",
      service: "one/shop/web",
      cluster: "one",
      consumer: SUBSCRIPTION,
      isOff: false,
    });
  });

  test("reports what is unknown as unknown", async () => {
    const { endpointId: _none, ...bare } = connection();
    run.network.allPrivateLinkServices = [
      pls({ tags: { "k8s-azure-cluster-name": "kubernetes", MOORING: "Off" }, connections: [bare] }),
    ];
    expect(await listConnections(run)).toMatchObject([
      { service: "one/?", consumer: "unknown", isOff: true },
    ]);
  });

  test.each<[string, string, boolean]>([
    ["one of its ids, in any case", `${plsIdIn("pls")}/privateEndpointConnections/A`, true],
    ["a connection that does not exist", `${plsIdIn("pls")}/privateEndpointConnections/z`, false],
    ["a Private Link Service that does not exist", `${plsIdIn("none")}/privateEndpointConnections/a`, false],
    ["a Private Link Service of no registered cluster", connection().id.replace("/pls/", "/foreign/"), false],
    ["no connection", plsIdIn("pls"), false],
    ["no id", "nonsense", false],
  ])("finds by %s", async (_, id, isFound) =>
    expect((await findConnection(run, id)) !== undefined).toBe(isFound),
  );
});

describe("whose a Private Link Service is", () => {
  const two = cluster({ name: "two", resourceId: cluster().resourceId.replace(/one$/, "two") });
  test.each<[string, string, ReturnType<typeof cluster>[], string | undefined]>([
    ["its frontend's node resource group, in any case", frontend().id.toUpperCase(), [cluster()], "one"],
    ["another group of the subscription", frontend({}, balancerId("MC_x")).id, [cluster()], undefined],
    [
      "the group's name in another subscription",
      frontend().id.replace(SUBSCRIPTION, PARTNER),
      [cluster()],
      undefined,
    ],
    ["a group that two registrations claim", frontend().id, [cluster(), two], undefined],
    [
      "one of several clusters",
      frontend({}, balancerId("MC_two")).id,
      [cluster(), { ...two, nodeResourceGroup: "mc_TWO" }],
      "two",
    ],
    ["no id", "nonsense", [cluster()], undefined],
  ])("is the cluster's by %s", (_, id, clusters, name) => {
    // The second question takes the index that the first one made.
    expect([1, 2].map(() => clusterOfFrontend(id, clusters)?.name)).toEqual([name, name]);
  });

  test.each<[string, Partial<PrivateLinkService>]>([
    ["without a frontend", { frontendIds: [] }],
    ["with two frontends", { frontendIds: [frontend().id, frontend().id] }],
    ["without the controller's tag", { tags: {} }],
  ])("%s it is no cluster's", (_, some) => expect(clusterOfPls(pls(some), [cluster()])).toBeUndefined());

  test.each<[string, Partial<PrivateLinkService>, Partial<ReturnType<typeof declared>>, boolean]>([
    ["is owned by the confirmed Service", {}, {}, true],
    ["is not owned by a proposal", {}, { strength: "proposal" }, false],
    ["is not owned by a Service that is being deleted", {}, { deletedAtUtc: NOW }, false],
    ["is not owned by the same name in another namespace", {}, { namespace: "bar" }, false],
    ["is not owned without a frontend", { frontendIds: [] }, {}, false],
    ["is not owned by a Service without a uid", {}, { uid: "" }, false],
    [
      "is not owned by a Service with another uid",
      {},
      { uid: "ffffffff-1111-2222-3333-444444444444" },
      false,
    ],
  ])("%s", (_, some, service, isOwned) => {
    const found = ownerOfPls(pls(some), [declared({ name: "other" }), declared(service)]);
    expect(found !== undefined).toBe(isOwned);
  });
});

test("the change of a Private Link Service names its owner, its fields and the evidence", () => {
  const policy = Policy.parse({ privateLinkServices: { fields: ["visibility", "proxyProtocol"] } });
  expect(planPls(pls({ visibility: ["*"], proxyProtocol: true }), owner(), { evidence, policy })).toEqual({
    changes: [
      {
        action: "update",
        capability: "privateLinkServices",
        resourceId: plsIdIn("pls"),
        cluster: "one",
        namespace: "shop",
        reason: "Service one/shop/web declares visibility and proxyProtocol otherwise",
        evidence,
        edits: [
          { path: "properties.visibility.subscriptions", before: ["*"], after: [SUBSCRIPTION] },
          { path: "properties.enableProxyProtocol", before: true, after: false },
        ],
      },
    ],
  });
});
