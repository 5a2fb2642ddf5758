/** What a resource shows of itself when it is read by its id, right before a delete: the last word against it. */
import { describe, expect, test } from "vitest";
import type { Change, Edit } from "../../shared/changes/plan.ts";
import type { Json, JsonObject } from "../../shared/ports/resources.ts";
import { type Expected, verifyActual } from "../../shared/orphans/verifyActual.ts";
import { balancer, balancerId, connection, frontend, plsIdIn } from "../builders/world.ts";

const DEAD = frontend({ name: "dead" });
const LIVING = frontend({ name: "living" });
const on = (...frontends: { id: string }[]): JsonObject => ({
  frontendIPConfiguration: { id: frontends[0]?.id ?? "" },
});
const named = (name: string, properties: JsonObject = {}): JsonObject => ({ name, properties });
const members = (list = "backendIPConfigurations"): JsonObject => ({ [list]: [{ id: "nic" }] });
const state = (status: Json): JsonObject => ({ privateLinkServiceConnectionState: { status } });

const base = { capability: "sweep", cluster: "one", reason: "r", evidence: [] } as const;
const removal = (remove: Record<string, readonly string[]>): Change => ({
  ...base,
  action: "update",
  resourceId: balancerId(),
  edits: Object.entries(remove).map(([list, names]): Edit => ({
    path: `properties.${list}`,
    remove: names,
  })),
});
const deletion = (resourceId: string): Change => ({ ...base, action: "delete", resourceId });

const verify = (properties: Json, expected: Expected, version = "1") =>
  verifyActual(
    {
      id: expected.change.resourceId,
      version,
      provisioningState: "Succeeded",
      tags: {},
      body: { properties },
    },
    expected,
  );

describe("a load balancer", () => {
  const whole: Expected = {
    kind: "loadBalancer",
    change: deletion(balancerId()),
    balancer: balancer({
      frontends: [DEAD],
      rules: [{ ...balancer({ frontends: [DEAD] }).rules[0]!, name: "rule" }],
    }),
    isOfDeleted: false,
    isWithPls: false,
  };
  const lists = {
    frontendIPConfigurations: [named("dead")],
    loadBalancingRules: [named("rule", on(DEAD))],
    backendAddressPools: [named("kubernetes")],
  };

  test.each<[string, JsonObject, Partial<Expected>, string | undefined]>([
    ["as it was judged may go", {}, {}, undefined],
    ["named in another case may go", { frontendIPConfigurations: [named("DEAD")] }, {}, undefined],
    ["that lost a frontend since may go", { frontendIPConfigurations: [] }, {}, undefined],
    ["that no list showed stays", {}, { balancer: undefined }, "it was not in the list of load balancers"],
    [
      "with a frontend that the list lacked stays",
      { frontendIPConfigurations: [named("dead"), named("fresh")] },
      {},
      "its frontend fresh was missing from the list",
    ],
    [
      "with a frontend without a name stays",
      { frontendIPConfigurations: [{}] },
      {},
      "its frontend  was missing from the list",
    ],
    [
      "with a rule that the list lacked stays",
      { loadBalancingRules: [named("rule"), named("fresh")] },
      {},
      "its rule fresh was missing from the list",
    ],
    ...["inboundNatRules", "inboundNatPools", "outboundRules"].map(
      (list): [string, JsonObject, Partial<Expected>, string] => [
        `with ${list} stays`,
        { [list]: [named("nat")] },
        {},
        "outbound or inbound NAT rule nat uses it",
      ],
    ),
    ["with empty NAT lists may go", { inboundNatRules: [], outboundRules: null }, {}, undefined],
    [
      "whose NAT rules are no list stays: that is unknown, not none",
      { inboundNatRules: {} },
      {},
      "outbound or inbound NAT rule  uses it",
    ],
    [
      "to which a Private Link Service is attached stays",
      { frontendIPConfigurations: [named("dead", { privateLinkService: { id: plsIdIn("pls") } })] },
      {},
      "a Private Link Service is attached to frontend dead",
    ],
    [
      "whose frontend refers to none may go",
      { frontendIPConfigurations: [named("dead", { privateLinkService: null })] },
      {},
      undefined,
    ],
    [
      "of a living cluster may go with nodes in its pools",
      { backendAddressPools: [named("kubernetes", members())] },
      {},
      undefined,
    ],
    [
      "of a deleted cluster stays with nodes in its pools",
      { backendAddressPools: [named("empty"), named("kubernetes", members())] },
      { isOfDeleted: true },
      "backend pool kubernetes has members",
    ],
    [
      "of a deleted cluster stays with addresses in its pools",
      { backendAddressPools: [named("kubernetes", members("loadBalancerBackendAddresses"))] },
      { isOfDeleted: true },
      "backend pool kubernetes has members",
    ],
    ["of a deleted cluster may go with empty pools", {}, { isOfDeleted: true }, undefined],
    ...Object.keys(lists).map((list): [string, JsonObject, Partial<Expected>, string] => [
      `without its ${list} stays`,
      { [list]: null },
      {},
      `Azure did not report its ${list}`,
    ]),
  ])("%s", (_, some, expected, why) =>
    expect(verify({ ...lists, ...some }, { ...whole, ...expected })).toBe(why),
  );

  test.each([[null], ["text"], [[]]])("whose properties are %j stays", (properties) =>
    expect(verify(properties, whole)).toBe("Azure did not report its frontendIPConfigurations"),
  );
});

describe("a frontend", () => {
  const known = balancer({ frontends: [DEAD, LIVING] });
  const [ofDead, ofLiving] = known.rules.map(({ name }) => name) as [string, string];
  const part: Expected = {
    kind: "frontend",
    change: removal({ frontendIPConfigurations: ["dead"], backendAddressPools: ["own"] }),
    balancer: known,
    isOfDeleted: false,
    isWithPls: false,
  };
  const lists = {
    frontendIPConfigurations: [named("dead"), named("living")],
    loadBalancingRules: [named(ofDead, on(DEAD)), named(ofLiving, on(LIVING))],
    backendAddressPools: [named("own"), named("kubernetes", members())],
  };
  const upper = { id: DEAD.id.toUpperCase() };

  test.each<[string, JsonObject, Partial<Expected>, string | undefined]>([
    ["as it was judged may go, whatever is in the pools of others", {}, {}, undefined],
    [
      "whose load balancer no list showed stays",
      {},
      { balancer: undefined },
      "its load balancer was not in the list",
    ],
    [
      "with a rule that the list lacked stays",
      { loadBalancingRules: [named("fresh", on(upper))] },
      {},
      "its rule fresh was missing from the list",
    ],
    [
      "with a rule that the list had on another frontend stays",
      { loadBalancingRules: [named(ofLiving, on(DEAD))] },
      {},
      `its rule ${ofLiving} was missing from the list`,
    ],
    [
      "may go beside a rule of another frontend that the list lacked",
      { loadBalancingRules: [named("fresh", on(LIVING))] },
      {},
      undefined,
    ],
    [
      "stays beside a rule that does not name its frontend and that the list lacked",
      { loadBalancingRules: [named("fresh")] },
      {},
      "its rule fresh was missing from the list",
    ],
    [
      "may go beside a rule that does not name its frontend and that the list had",
      { loadBalancingRules: [named(ofLiving)] },
      {},
      undefined,
    ],
    [
      "may go with its own rule beside one that does not name its frontend and that the list had",
      { loadBalancingRules: [named(ofDead, on(DEAD)), named(ofLiving)] },
      {},
      undefined,
    ],
    [
      "with a NAT rule on it stays",
      { inboundNatRules: [named("nat", on(DEAD))] },
      {},
      "outbound or inbound NAT rule nat uses it",
    ],
    [
      "with an outbound rule on it and on another stays",
      { outboundRules: [named("out", { frontendIPConfigurations: [{ id: LIVING.id }, upper] })] },
      {},
      "outbound or inbound NAT rule out uses it",
    ],
    [
      "may go beside outbound rules of others",
      { outboundRules: [named("out", { frontendIPConfigurations: [{ id: LIVING.id }] })] },
      {},
      undefined,
    ],
    [
      "stays beside an outbound rule that names no frontend",
      { outboundRules: [named("out")] },
      {},
      "outbound or inbound NAT rule out uses it",
    ],
    [
      "to which a Private Link Service is attached stays",
      { frontendIPConfigurations: [named("Dead", { privateLinkService: {} }), named("living")] },
      {},
      "a Private Link Service is attached to frontend Dead",
    ],
    [
      "may go beside a frontend to which a Private Link Service is attached",
      { frontendIPConfigurations: [named("dead"), named("living", { privateLinkService: {} })] },
      {},
      undefined,
    ],
    [
      "whose own pool got members stays",
      { backendAddressPools: [named("OWN", members())] },
      {},
      "backend pool OWN has members",
    ],
    [
      "of a deleted cluster stays while any pool has members",
      {},
      { isOfDeleted: true },
      "backend pool kubernetes has members",
    ],
    ...Object.keys(lists).map((list): [string, JsonObject, Partial<Expected>, string] => [
      `without its ${list} stays`,
      { [list]: {} },
      {},
      `Azure did not report its ${list}`,
    ]),
  ])("%s", (_, some, expected, why) =>
    expect(verify({ ...lists, ...some }, { ...part, ...expected })).toBe(why),
  );
});

describe("a Private Link Service", () => {
  const service: Expected = {
    kind: "pls",
    change: deletion(plsIdIn("pls")),
    isOfDeleted: false,
    isWithPls: false,
  };
  const connections = (...status: Json[]) => ({
    privateEndpointConnections: status.map((one, at) => named(`pe.${at}`, state(one))),
  });

  test.each<[string, JsonObject, Partial<Expected>, string | undefined]>([
    ["without connections may go", connections(), {}, undefined],
    ["with connections that carry nothing may go", connections("Rejected", "Disconnected"), {}, undefined],
    [
      "with one that is approved stays",
      connections("Rejected", "Approved"),
      {},
      "its private endpoint connection pe.1 is Approved",
    ],
    [
      "with a pending one stays",
      connections("Pending"),
      {},
      "its private endpoint connection pe.0 is Pending",
    ],
    [
      "with one in a state that Azure introduced since stays",
      connections("Paused"),
      {},
      "its private endpoint connection pe.0 is Paused",
    ],
    [
      "with one in no state stays",
      connections(null),
      {},
      "its private endpoint connection pe.0 is in an unknown state",
    ],
    [
      "with one that has only an id stays",
      { privateEndpointConnections: [{ id: connection().id }] },
      {},
      `its private endpoint connection ${connection().id} is in an unknown state`,
    ],
    ["without a list of connections stays", {}, {}, "Azure did not report its privateEndpointConnections"],
    ["in the version that was judged may go", connections(), { version: "1" }, undefined],
    [
      "in another version stays: its Service lives",
      connections(),
      { version: "2" },
      "it was written since it was judged",
    ],
  ])("%s", (_, properties, expected, why) =>
    expect(verify(properties, { ...service, ...expected })).toBe(why),
  );
});

describe("a private endpoint connection", () => {
  test.each<[string, Json, boolean, string | undefined]>([
    ["whose endpoint was deleted may go", "Disconnected", false, undefined],
    ["that was rejected stays alone", "Rejected", false, "it is Rejected"],
    ["that was rejected goes with its Private Link Service", "Rejected", true, undefined],
    ["that is disconnected goes with its Private Link Service", "Disconnected", true, undefined],
    ["that is approved stays", "Approved", false, "it is Approved"],
    ["that is approved stays with its Private Link Service", "Approved", true, "it is Approved"],
    ["in no state stays", null, true, "it is in an unknown state"],
  ])("%s", (_, status, isWithPls, why) =>
    expect(
      verify(state(status), {
        kind: "connection",
        change: deletion(connection().id),
        isOfDeleted: false,
        isWithPls,
      }),
    ).toBe(why),
  );
});

describe("a rule of a deleted Service", () => {
  const listed = balancer({ frontends: [LIVING] });
  const [own] = listed.rules;
  const rules = [
    { ...own!, name: "stale" },
    { ...own!, name: "living" },
  ];
  const whole: Expected = {
    kind: "rule",
    change: removal({ loadBalancingRules: ["stale"], probes: ["p"] }),
    balancer: { ...listed, rules },
    isOfDeleted: false,
    isWithPls: false,
  };
  const probe = (name: string): JsonObject => ({ probe: { id: `${balancerId()}/probes/${name}` } });
  const lists = {
    frontendIPConfigurations: [named("living")],
    loadBalancingRules: [
      named("stale", { ...on(LIVING), ...probe("p") }),
      named("living", { ...on(LIVING), ...probe("other") }),
    ],
    probes: [named("p"), named("other")],
  };

  test.each<[string, JsonObject, Partial<Expected>, string | undefined]>([
    ["as it was judged may go", {}, {}, undefined],
    ["that is not there any more may go", { loadBalancingRules: [] }, {}, undefined],
    [
      "of a load balancer that no list showed stays",
      {},
      { balancer: undefined },
      "its load balancer was not in the list",
    ],
    [
      "stays without the list of rules",
      { loadBalancingRules: null },
      {},
      "Azure did not report its loadBalancingRules",
    ],
    ["stays without the list of probes", { probes: null }, {}, "Azure did not report its probes"],
    [
      "that moved to another frontend stays",
      { loadBalancingRules: [named("stale", on(DEAD))] },
      {},
      "its rule stale is on another frontend than in the list",
    ],
    [
      "that the list lacked stays",
      {},
      { balancer: { ...listed, rules: rules.slice(1) } },
      "its rule stale is on another frontend than in the list",
    ],
    [
      "with a probe that a new rule uses stays",
      { loadBalancingRules: [named("stale", on(LIVING)), named("fresh", { ...on(LIVING), ...probe("P") })] },
      {},
      "rule fresh uses a probe that would be removed",
    ],
  ])("%s", (_, body, some, expected) =>
    expect(verify({ ...lists, ...body }, { ...whole, ...some })).toBe(expected),
  );
});
