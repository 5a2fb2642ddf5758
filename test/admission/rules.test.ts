import { describe, expect, test } from "vitest";
import { Service } from "../../shared/kubernetes/service.ts";
import { declarationOf } from "../../shared/admission/gather.ts";
import { allowedFor, severitiesFor } from "../../shared/admission/permitted.ts";
import type { Inventory, RuleInput } from "../../shared/admission/rule.ts";
import { checkRules, RULES } from "../../shared/admission/rules.ts";
import type { PlsRow, SubnetRow } from "../../shared/inventory/model.ts";
import { resourceName } from "../../shared/azure/resourceId.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { frontend, plsIdIn, PARTNER, subnetRow } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const A = "service.beta.kubernetes.io/azure-";
const INTERNAL = { "load-balancer-internal": "true" };
const WITH_PLS = { ...INTERNAL, "pls-create": "true" };

function declaration(settings: Record<string, string> = {}, some: object = {}) {
  const annotations = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key.includes("/") ? key : `${A}${key}`, value]),
  );
  return declarationOf(
    Service.parse({ metadata: { name: "web", annotations }, spec: { type: "LoadBalancer" }, ...some }),
  );
}

const dual = { spec: { type: "LoadBalancer", ipFamilies: ["IPv4", "IPv6"] } };
const only6 = { spec: { type: "LoadBalancer", ipFamilies: ["IPv6"] } };
const live = (ip: string) => ({ status: { loadBalancer: { ingress: [{ ip }] } } });

function inventory(some: Partial<Inventory> = {}, ...subnets: SubnetRow[]): Inventory {
  const [subnet = subnetRow()] = subnets;
  const plsSubnet = subnets[1] ?? subnet;
  return {
    vnetName: "vnet",
    subnets: subnets.length > 0 ? subnets : [subnet],
    subnetName: subnet.name,
    subnet,
    plsSubnetName: plsSubnet.name,
    plsSubnet,
    ageMinutes: 1,
    staleMinutes: 60,
    ...some,
  };
}

function input(settings: Record<string, string>, some: Partial<RuleInput> = {}): RuleInput {
  return { ...declaration(settings), allowed: { excludedRanges: [] }, ...some };
}

const fired = (about: RuleInput, policy: object = {}) =>
  checkRules(about, severitiesFor(Policy.parse(policy), { cluster: "one", namespace: "shop" })).map(
    ({ rule, severity }) => `${rule} ${severity}`,
  );

const plsRow = (some: Partial<PlsRow> = {}): PlsRow => ({
  id: plsIdIn("pls"),
  name: "pls",
  owner: "shop/other",
  frontendIds: [frontend().id],
  frontendAddresses: ["10.0.1.10"],
  consumers: [],
  ...some,
});
const connected = {
  privateLinkServices: { own: plsRow({ consumers: [{ status: "Approved", subscription: PARTNER }] }) },
};
/** The Service's own Private Link Service, on the frontend that it has. */
const living = (id = plsIdIn("pls"), some: Partial<RuleInput> = {}): Partial<RuleInput> => ({
  privateLinkServices: { living: [plsRow({ id, name: resourceName(id), owner: "shop/web" })] },
  nodeResourceGroup: "MC_one",
  ...some,
});
const NODE_GROUP = { nodeResourceGroup: "MC_one" };
const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => SUBSCRIPTION.replace(/.{3}$/, String(n + 100))).join(" ");
const carrying = (privateLinkServices: number, name = "kubernetes-internal") => ({
  balancers: [{ name, privateLinkServices }],
});
const full = subnetRow({ usableAddresses: 11, usedAddresses: 11 });
const off = { plsNetworkPolicies: "Disabled" as const };

describe("each rule fires when it must", () => {
  test.each<[string, RuleInput, string[]]>([
    ["public becomes internal", input(INTERNAL, { old: declaration() }), ["internal-flipped warn"]],
    [
      "the subnet is delegated",
      input(INTERNAL, {
        inventory: inventory({}, subnetRow({ delegations: ["Microsoft.Web/serverFarms"] })),
      }),
      ["subnet-unsuitable deny"],
    ],
    [
      "the subnet is Azure's own, in whatever case",
      input(INTERNAL, { inventory: inventory({}, subnetRow({ name: "GATEWAYSUBNET" })) }),
      ["subnet-unsuitable deny"],
    ],
    [
      "a dynamic address is requested from a full subnet",
      input(INTERNAL, { inventory: inventory({}, full) }),
      ["subnet-full deny"],
    ],
    [
      "a static address is requested from a full subnet: the address decides",
      input({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.10" }, { inventory: inventory({}, full) }),
      [],
    ],
    [
      "a static address in a subnet with unknown uses",
      input(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.10" },
        { inventory: inventory({}, subnetRow({ unknownUses: 30 })) },
      ),
      ["subnet-uses-unknown warn"],
    ],
    [
      "a dynamic address in a subnet with unknown uses: Azure chooses a free one",
      input(INTERNAL, { inventory: inventory({}, subnetRow({ unknownUses: 30 })) }),
      [],
    ],
    [
      "the Service has its static address in a subnet with unknown uses already",
      input(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.10" },
        {
          old: declaration({ ...INTERNAL, "load-balancer-ipv4": "10.0.1.10" }),
          inventory: inventory({}, subnetRow({ unknownUses: 30 })),
        },
      ),
      [],
    ],
    [
      "a static NAT address in a subnet with unknown uses",
      input(
        { ...WITH_PLS, "pls-ip-configuration-ip-address": "10.0.1.20" },
        {
          inventory: inventory(
            {},
            subnetRow(),
            subnetRow({ name: "pls", plsNetworkPolicies: "Disabled", unknownUses: 1 }),
          ),
        },
      ),
      ["pls-subnet-uses-unknown warn"],
    ],
    [
      "the Service has its address in the full subnet already",
      input(INTERNAL, {
        ...declaration(INTERNAL, live("10.0.1.10")),
        old: declaration(INTERNAL),
        inventory: inventory({}, full),
      }),
      [],
    ],
    [
      "the namespace has other subnets by policy",
      input(INTERNAL, { inventory: inventory(), allowed: { excludedRanges: [], subnets: ["small"] } }),
      ["subnet-not-allowed deny"],
    ],
    [
      "the namespace has this subnet by policy",
      input(INTERNAL, { inventory: inventory(), allowed: { excludedRanges: [], subnets: ["apps"] } }),
      [],
    ],
    [
      "an update requests another address than the current one",
      input(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.11" },
        { old: declaration(INTERNAL, live("10.0.1.10")) },
      ),
      ["address-changed warn"],
    ],
    [
      "an update writes down the live address",
      input(
        { ...INTERNAL, "load-balancer-ipv4": "10.0.1.10" },
        { old: declaration(INTERNAL, live("10.0.1.10")) },
      ),
      [],
    ],
    [
      "the Private Link Service's subnet is not there",
      input(
        { ...WITH_PLS, "pls-ip-configuration-subnet": "nowhere" },
        {
          inventory: { ...inventory({ plsSubnetName: "nowhere" }), plsSubnet: undefined } as never,
        },
      ),
      ["pls-subnet-unknown deny"],
    ],
    [
      "the Private Link Service's subnet is the frontend's, which does not exist: reported once",
      input(WITH_PLS, {
        inventory: { ...inventory(), subnet: undefined, plsSubnet: undefined } as never,
      }),
      ["subnet-unknown deny"],
    ],
    [
      "a NAT address is in another subnet than the Private Link Service's",
      input(
        { ...WITH_PLS, "pls-ip-configuration-ip-address": "10.0.2.5" },
        {
          inventory: inventory({}, subnetRow(off)),
        },
      ),
      ["pls-address-outside-subnet deny"],
    ],
    [
      "a NAT address is Azure's own",
      input(
        { ...WITH_PLS, "pls-ip-configuration-ip-address": "10.0.1.3" },
        {
          inventory: inventory({}, subnetRow(off)),
        },
      ),
      ["pls-address-azure-reserved deny"],
    ],
    [
      "a NAT address is in an excluded range",
      input(
        { ...WITH_PLS, "pls-ip-configuration-ip-address": "10.0.1.9" },
        {
          allowed: { excludedRanges: ["10.0.1.0/28"] },
        },
      ),
      ["pls-address-excluded deny"],
    ],
    [
      "the Private Link Service's subnet has network policies on",
      input(WITH_PLS, { inventory: inventory() }),
      ["pls-network-policies-enabled warn"],
    ],
    [
      "the name is another's",
      input({ ...WITH_PLS, "pls-name": "pls" }, { privateLinkServices: { named: plsRow() } }),
      ["pls-name-taken deny"],
    ],
    ["the name ends in a dash", input({ ...WITH_PLS, "pls-name": "pls-" }), ["pls-name-invalid deny"]],
    [
      "settings for a Private Link Service that is another Service's",
      input(
        { ...WITH_PLS, "pls-proxy-protocol": "false" },
        { privateLinkServices: { onFrontend: plsRow() } },
      ),
      ["pls-shared-frontend deny"],
    ],
    [
      "no settings for a Private Link Service that is shared",
      input(WITH_PLS, { privateLinkServices: { onFrontend: plsRow() } }),
      [],
    ],
    [
      "`*` in the auto-approval",
      input({ ...WITH_PLS, "pls-visibility": "*", "pls-auto-approval": "*" }),
      ["pls-auto-approval-malformed deny"],
    ],
    [
      "ids in another case are the same subscription",
      input({
        ...WITH_PLS,
        "pls-visibility": "aaaaaaaa-1111-1111-1111-111111111111",
        "pls-auto-approval": "AAAAAAAA-1111-1111-1111-111111111111",
      }),
      [],
    ],
    [
      "visible to a subscription that policy does not allow",
      input(
        { ...WITH_PLS, "pls-visibility": PARTNER },
        {
          allowed: { excludedRanges: [], visibility: [SUBSCRIPTION] },
        },
      ),
      ["pls-visibility-not-allowed deny"],
    ],
    [
      "auto-approved that policy does not allow",
      input(
        { ...WITH_PLS, "pls-visibility": "*", "pls-auto-approval": PARTNER },
        {
          allowed: { excludedRanges: [], autoApproval: [SUBSCRIPTION] },
        },
      ),
      ["pls-auto-approval-not-allowed deny"],
    ],
    [
      "a deletion while consumers are connected",
      input(WITH_PLS, { ...connected, leaving: true }),
      ["pls-consumers-connected warn"],
    ],
    [
      "a move to another subnet while consumers are connected",
      input(WITH_PLS, {
        ...connected,
        old: declaration({ ...WITH_PLS, "load-balancer-internal-subnet": "small" }),
      }),
      ["pls-frontend-replaced warn", "pls-consumers-connected warn"],
    ],
    [
      "another address while consumers are connected",
      input(
        { ...WITH_PLS, "load-balancer-ipv4": "10.0.1.11" },
        { ...connected, old: declaration({ ...WITH_PLS, "load-balancer-ipv4": "10.0.1.10" }) },
      ),
      ["address-changed warn", "pls-frontend-replaced warn", "pls-consumers-connected warn"],
    ],
    [
      "an update that leaves the frontend where it is",
      input(WITH_PLS, { ...connected, old: declaration(WITH_PLS) }),
      [],
    ],
    [
      "consumers are connected, and the Service allows to disconnect them",
      input(WITH_PLS, {
        ...connected,
        leaving: true,
        old: declaration({ ...WITH_PLS, "mooring.dev/allow-disconnect": "true" }),
      }),
      [],
    ],
    [
      "an annotation under a wrong prefix",
      input({ ...INTERNAL, "service.kubernetes.io/azure-load-balancer-ipv4": "10.0.1.10" }),
      ["unknown-annotation warn"],
    ],
    [
      "a private address of the virtual network on a public Service",
      input({ "load-balancer-ipv4": "10.0.1.10" }, { inventory: inventory() }),
      ["private-address-on-public deny"],
    ],
    [
      "an address of the virtual network is none of the internet's, private or not",
      input(
        { "load-balancer-ipv4": "20.0.1.10" },
        { inventory: inventory({}, subnetRow({ prefixes: ["20.0.1.0/24"] })) },
      ),
      ["private-address-on-public deny"],
    ],
    [
      "a private address of another network on a public Service",
      input({ "load-balancer-ipv4": "10.9.9.9" }, { inventory: inventory() }),
      ["private-address-on-public warn"],
    ],
    [
      "a dynamic IPv6 address from a subnet without IPv6",
      input(INTERNAL, { ...declaration(INTERNAL, dual), inventory: inventory() }),
      ["subnet-without-ipv6 deny"],
    ],
    [
      "a dynamic IPv6 address from a subnet with IPv6",
      input(INTERNAL, {
        ...declaration(INTERNAL, dual),
        inventory: inventory({}, subnetRow({ prefixes: ["10.0.1.0/24", "fd00::/64"] })),
      }),
      [],
    ],
    [
      "an IPv6-only Service before any with IPv4",
      input(INTERNAL, { ...declaration(INTERNAL, only6), hasIpv4Frontend: false }),
      ["ipv6-first-frontend warn"],
    ],
    [
      "an IPv6-only Service beside others",
      input(INTERNAL, { ...declaration(INTERNAL, only6), hasIpv4Frontend: true }),
      [],
    ],
    [
      "annotations of a Deployment",
      input(INTERNAL, {
        outside: {
          kind: "Deployment",
          object: "Deployment web",
          path: "metadata.annotations",
          reach: "unread",
        },
      }),
      ["annotation-outside-service warn"],
    ],
    [
      "annotations that an operator copies",
      input(INTERNAL, {
        outside: {
          kind: "Gateway",
          object: "Gateway web",
          path: "spec.infrastructure.annotations",
          reach: "copied",
        },
      }),
      [],
    ],
    [
      "a name is given to a living Private Link Service that has another",
      input({ ...WITH_PLS, "pls-name": "mine" }, living(undefined, { old: declaration(WITH_PLS) })),
      ["pls-name-added deny"],
    ],
    [
      "a name is given to a living one, of whatever name it is",
      input({ ...WITH_PLS, "pls-name": "mine" }, { old: declaration(WITH_PLS) }),
      ["pls-name-added warn"],
    ],
    [
      "the living one is given the name that it has",
      input({ ...WITH_PLS, "pls-name": "PLS" }, living(undefined, { old: declaration(WITH_PLS) })),
      [],
    ],
    [
      "the annotation of a withdrawn one comes back with another name",
      input({ ...WITH_PLS, "pls-name": "mine" }, living(undefined, { old: declaration(INTERNAL) })),
      ["pls-name-added deny"],
    ],
    [
      "the name goes back to the one that the living one has",
      input(
        { ...WITH_PLS, "pls-name": "pls" },
        living(undefined, { old: declaration({ ...WITH_PLS, "pls-name": "b" }) }),
      ),
      [],
    ],
    ["the name is blank", input({ ...WITH_PLS, "pls-name": " " }), ["pls-name-invalid deny"]],
    [
      "another resource group for a living one",
      input(
        { ...WITH_PLS, "pls-resource-group": "other" },
        living(undefined, { old: declaration(WITH_PLS) }),
      ),
      ["pls-resource-group-changed deny"],
    ],
    [
      "another resource group, without a record whether a Private Link Service exists",
      input(
        { ...WITH_PLS, "pls-resource-group": "other" },
        { ...NODE_GROUP, old: declaration({ ...WITH_PLS, "pls-resource-group": "rg" }) },
      ),
      ["pls-resource-group-changed warn"],
    ],
    [
      "the resource group goes back to where the living one is",
      input(
        { ...WITH_PLS, "pls-resource-group": "rg" },
        living(plsIdIn("pls", "RG"), { old: declaration({ ...WITH_PLS, "pls-resource-group": "other" }) }),
      ),
      [],
    ],
    [
      "the node resource group is written down, in another case",
      input(
        { ...WITH_PLS, "pls-resource-group": "mc_ONE" },
        living(undefined, { old: declaration(WITH_PLS) }),
      ),
      [],
    ],
    [
      "a living one whose frontend moves to another subnet",
      input(
        { ...WITH_PLS, "load-balancer-internal-subnet": "small" },
        living(undefined, { old: declaration(WITH_PLS) }),
      ),
      ["pls-frontend-replaced deny"],
    ],
    [
      "a living one whose frontend gets another address",
      input(
        { ...WITH_PLS, "load-balancer-ipv4": "10.0.1.11" },
        living(undefined, { old: declaration(WITH_PLS, live("10.0.1.10")) }),
      ),
      ["address-changed warn", "pls-frontend-replaced deny"],
    ],
    [
      "a living one, and the Service states that consumers may be disconnected",
      input(
        { ...WITH_PLS, "load-balancer-internal-subnet": "small" },
        living(undefined, { old: declaration({ ...WITH_PLS, "mooring.dev/allow-disconnect": "true" }) }),
      ),
      [],
    ],
    [
      "the subnet in another case: the frontend stays",
      input(
        { ...WITH_PLS, "load-balancer-internal-subnet": "APPS" },
        living(undefined, { old: declaration({ ...WITH_PLS, "load-balancer-internal-subnet": "apps" }) }),
      ),
      [],
    ],
    [
      "the ninth of a load balancer",
      input(WITH_PLS, { privateLinkServices: carrying(8) }),
      ["pls-balancer-full deny"],
    ],
    ["the eighth", input(WITH_PLS, { privateLinkServices: carrying(7) }), []],
    [
      "the Service has one of the eight others already",
      input(WITH_PLS, { ...NODE_GROUP, privateLinkServices: { ...carrying(8), living: [plsRow()] } }),
      [],
    ],
    [
      "the Service shares one of the eight",
      input(WITH_PLS, { privateLinkServices: { ...carrying(8), onFrontend: plsRow() } }),
      [],
    ],
    [
      "a load balancer is full, and the cluster has others",
      input(WITH_PLS, { privateLinkServices: carrying(8, "blue-internal") }),
      ["pls-balancer-full warn"],
    ],
    [
      "more subscriptions than Azure takes",
      input({ ...WITH_PLS, "pls-visibility": ids(101) }),
      ["pls-visibility-too-many deny"],
    ],
    ["as many as Azure takes", input({ ...WITH_PLS, "pls-visibility": ids(100) }), []],
    [
      "more, and all subscriptions",
      input({ ...WITH_PLS, "pls-visibility": `* ${ids(101)}` }),
      ["pls-visibility-star-mixed warn"],
    ],
    [
      "more auto-approved subscriptions than Azure takes",
      input({ ...WITH_PLS, "pls-visibility": "*", "pls-auto-approval": ids(101) }),
      ["pls-auto-approval-too-many deny"],
    ],
    [
      "annotations that the controller supports and Mooring does not read",
      input({
        ...INTERNAL,
        "load-balancer-tcp-idle-timeout": "10",
        "pip-name": "x",
        "pip-name-ipv6": "y",
        "pip-prefix-id-ipv6": "/subscriptions/s",
        "disable-load-balancer-nsg-rule": "true",
      }),
      [],
    ],
  ])("%s", (_, about, expected) => expect(fired(about)).toEqual(expected));
});

describe("policy sets the severity of a rule", () => {
  const star = input({ ...WITH_PLS, "pls-visibility": "*" });
  test.each<[string, object, string[]]>([
    ["a rule that is off by default", {}, []],
    ["turned on", { rules: { "pls-visibility-everyone": "deny" } }, ["pls-visibility-everyone deny"]],
    [
      "overridden for a namespace",
      {
        rules: { "pls-visibility-everyone": "deny" },
        overrides: [{ namespaces: ["shop"], rules: { "pls-visibility-everyone": "warn" } }],
      },
      ["pls-visibility-everyone warn"],
    ],
    [
      "the last entry that fits counts",
      {
        overrides: [
          { rules: { "pls-visibility-everyone": "warn" } },
          { clusters: ["one"], rules: { "pls-visibility-everyone": "deny" } },
          { clusters: ["two"], rules: { "pls-visibility-everyone": "off" } },
        ],
      },
      ["pls-visibility-everyone deny"],
    ],
  ])("%s", (_, policy, expected) => expect(fired(star, policy)).toEqual(expected));

  test("subnets are allowed by every entry that fits the namespace", () => {
    const policy = Policy.parse({
      subnets: [
        { namespaces: ["shop"], allowed: ["Apps"] },
        { clusters: ["one"], namespaces: ["shop", "bank"], allowed: ["small"] },
      ],
    });
    expect(allowedFor(policy, { cluster: "one", namespace: "shop" }).subnets).toEqual(["apps", "small"]);
    expect(allowedFor(policy, { cluster: "two", namespace: "bank" }).subnets).toBeUndefined();
  });
});

test("every rule has a unique id, a title and documentation", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { id, title, docs } of RULES) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect([title.length > 5, docs.length > 5]).toEqual([true, true]);
  }
});
