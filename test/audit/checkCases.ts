/** Cases of every check: a sentence, what it looks at, and the whole of what it finds, or nothing. */
import { confirmedClaim } from "../builders/claims.ts";
import { MOORING } from "../../shared/changes/touches.ts";
import type { Draft, SubjectKind, Subjects } from "../../shared/audit/check.ts";
import type { Candidate } from "../../shared/orphans/classify.ts";
import { Policy } from "../../shared/policy/policy.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsIntent,
  NOW,
  PARTNER,
  rule,
  feed,
  subnetId,
  subnetRow,
  view,
  VNET,
} from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

export type Case<Kind extends SubjectKind = SubjectKind> = readonly [
  sentence: string,
  on: Kind,
  subject: Subjects[Kind],
  found: Draft | undefined,
];

const policy = Policy.parse({});
const PLS_ID = pls().id;
const openEntry: Subjects["journal"]["entry"] = {
  id: "j",
  change: {
    action: "delete",
    capability: "sweep",
    resourceId: PLS_ID,
    cluster: "one",
    reason: "orphan",
    evidence: [],
  },
  cause: { why: "test", who: "system", correlationId: "c" },
  policyVersion: "1",
  outcome: "intended",
  intendedAtUtc: "2026-11-23T11:00:00.000Z",
};
const owner = (some = {}, more = {}) => declared({ intent: intent({ pls: plsIntent(some), ...more }) });

const onPls = (some: Partial<Subjects["pls"]> = {}): Subjects["pls"] => ({
  pls: pls(),
  cluster: cluster(),
  owner: owner(),
  isHeard: true,
  policy,
  touches: [],
  ...some,
});
const onConnection = (some: object, declaredApproval: string[] = []): Subjects["connection"] => ({
  connection: connection(some),
  pls: pls({ connections: [connection(some)] }),
  owner: owner({ autoApproval: declaredApproval }),
  cluster: cluster(),
  policy,
});
const onService = (some: Partial<Subjects["service"]> = {}): Subjects["service"] => ({
  declared: declared(),
  frontend: frontend(),
  ageMinutes: 60,
  waitMinutes: 10,
  ...some,
});
const onBalancer = (some: Parameters<typeof balancer>[0] = {}, more: object = {}): Subjects["balancer"] => ({
  balancer: balancer(some),
  cluster: cluster(),
  privateLinkServices: 1,
  ...more,
});
const onSubnet = (some: Parameters<typeof subnetRow>[0] = {}, more: object = {}): Subjects["subnet"] => ({
  subnet: subnetRow(some),
  privateLinkServices: [],
  wants: [],
  audit: policy.audit,
  ...more,
});
const onCluster = (
  some: Parameters<typeof view>[0] = {},
  confirmedMinutes: number | undefined = 10,
): Subjects["cluster"] => ({
  view: view(some),
  staleMinutes: 60,
  ...(confirmedMinutes !== undefined && { confirmedMinutes }),
});
const contradicted: Subjects["cluster"] = {
  ...onCluster(),
  contradictions: [
    {
      what: "node-resource-group",
      other: "two",
      message: "clusters one and two are registered with the same node resource group MC_one",
    },
  ],
};
const ending = (certificateEndsAtUtc: string, certificateDaysLeft: number): Subjects["cluster"] => ({
  ...onCluster({ feed: feed({ webhook: { verdict: "ok", atUtc: NOW, certificateEndsAtUtc } }) }),
  certificateDaysLeft,
});
const candidate = (some: Partial<Candidate> = {}): Subjects["orphan"] => ({
  candidate: {
    resourceId: frontend().id,
    kind: "frontend",
    cluster: "one",
    verdict: "orphan",
    for: [{ says: "no Service of cluster one owns or shares it", source: "Kubernetes", atUtc: NOW }],
    against: [],
    missing: [],
    ...some,
  },
});
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`);
const nat = (count: number) => Array.from({ length: count }, () => ({ subnetId: subnetId("apps") }));
const repairs = (count: number, path = "properties.visibility.subscriptions") =>
  Array.from({ length: count }, () => ({ atUtc: NOW, who: MOORING, operation: "repair", paths: [path] }));
const unannounced = { count: 2, lastAtUtc: "2026-11-23T11:00:00.000Z", example: "shop/web" };
const refused = { identity: "another", atUtc: "2026-11-23T11:58:00.000Z", count: 2 };
const { identity: _bound, ...unbound } = cluster();
const fails = { verdict: "timeout", atUtc: "2026-11-23T11:45:00.000Z" };
const CHECK_SENDER =
  "check the sender in the cluster: kubectl -n mooring logs deployment/mooring-declarations";
const failure = {
  atUtc: "2026-11-23T11:58:00.000Z",
  resourceId: balancerId(),
  operation: "Microsoft.Network/loadBalancers/write",
  code: "LinkedAuthorizationFailed",
  message: "it may not join the subnet",
};
const quarantined = {
  resourceId: frontend().id,
  kind: "frontend",
  cluster: "one",
  reason: "nobody has it",
  evidence: [],
  quarantinedAtUtc: "2026-11-20T12:00:00.000Z",
  deleteAfterUtc: "2026-11-27T12:00:00.000Z",
  lastProvedAtUtc: "2026-11-21T12:00:00.000Z",
  subject: "",
  sequence: 5,
} as const;
const missing = [
  { subnet: "apps", actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"] },
  { subnet: "pls", actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"] },
];
const use = { subnetId: subnetId("apps"), address: "10.0.1.4" };
const holder = VNET.replace("virtualNetworks/vnet", "networkInterfaces/vm");

const of = <Kind extends SubjectKind>(
  sentence: string,
  on: Kind,
  subject: Subjects[Kind],
  found: Draft | undefined,
): Case => [sentence, on, subject, found] as unknown as Case;

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  "pls-visibility-differs": [
    of(
      "everybody sees what was declared for one subscription",
      "pls",
      onPls({ pls: pls({ visibility: ["*"] }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "the Service declares visibility 11111111-1111-1111-1111-111111111111, Private Link Service pls has *",
        advice: "Mooring puts it back in mode enforce; to keep it change the Service's annotation",
        declared: "11111111-1111-1111-1111-111111111111",
        actual: "*",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
          "    Service one/shop/web declares visibility otherwise",
          '  ~ properties.visibility.subscriptions: ["*"] -> ["11111111-1111-1111-1111-111111111111"]',
        ],
      },
    ),
    of(
      "policy leaves less, and the Private Link Service has that",
      "pls",
      onPls({
        policy: Policy.parse({ privateLinkServices: { visibility: [PARTNER] } }),
        owner: owner({ visibility: [PARTNER, SUBSCRIPTION] }),
        pls: pls({ visibility: [PARTNER] }),
      }),
      undefined,
    ),
    of(
      "the same in another order and case is no difference",
      "pls",
      onPls({
        owner: owner({ visibility: ["AAAAAAAA-1111-4111-8111-111111111111", PARTNER] }),
        pls: pls({ visibility: [PARTNER, "aaaaaaaa-1111-4111-8111-111111111111"] }),
      }),
      undefined,
    ),
    of(
      "a Private Link Service whose tag says off is told, and nothing is planned",
      "pls",
      onPls({ pls: pls({ visibility: ["*"], tags: { ...pls().tags, mooring: "off" } }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "the Service declares visibility 11111111-1111-1111-1111-111111111111, Private Link Service pls has *",
        advice: "Mooring puts it back in mode enforce; to keep it change the Service's annotation",
        declared: "11111111-1111-1111-1111-111111111111",
        actual: "*",
      },
    ),
    of(
      "a Private Link Service without an owner is another check's",
      "pls",
      { pls: pls({ visibility: ["*"] }), cluster: cluster(), isHeard: true, policy, touches: [] },
      undefined,
    ),
  ],
  "pls-auto-approval-differs": [
    of("somebody is approved whom nobody declared", "pls", onPls({ pls: pls({ autoApproval: [PARTNER] }) }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
      cluster: "one",
      message:
        "the Service declares auto-approval none, Private Link Service pls has 22222222-2222-2222-2222-222222222222",
      advice: "Mooring puts it back in mode enforce; to keep it change the Service's annotation",
      declared: "none",
      actual: "22222222-2222-2222-2222-222222222222",
      planned: [
        "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        "    Service one/shop/web declares autoApproval otherwise",
        '  ~ properties.autoApproval.subscriptions: ["22222222-2222-2222-2222-222222222222"] -> []',
      ],
    }),
    of(
      "what is declared is approved",
      "pls",
      onPls({ owner: owner({ autoApproval: [PARTNER] }), pls: pls({ autoApproval: [PARTNER] }) }),
      undefined,
    ),
  ],
  "pls-fqdns-differ": [
    of(
      "another host name",
      "pls",
      onPls({ owner: owner({ fqdns: ["a.example.com"] }), pls: pls({ fqdns: ["b.example.com"] }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "the Service declares host names a.example.com, Private Link Service pls has b.example.com",
        advice: "set the Private Link Service back, or change the Service's annotation",
        declared: "a.example.com",
        actual: "b.example.com",
      },
    ),
    of(
      "case does not count",
      "pls",
      onPls({ owner: owner({ fqdns: ["a.example.com"] }), pls: pls({ fqdns: ["A.example.com"] }) }),
      undefined,
    ),
  ],
  "pls-proxy-protocol-differs": [
    of(
      "on, and declared off; policy lets Mooring write it",
      "pls",
      onPls({
        policy: Policy.parse({ privateLinkServices: { fields: ["proxyProtocol"] } }),
        pls: pls({ proxyProtocol: true }),
      }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "the Service declares PROXY protocol off, Private Link Service pls has on",
        advice: "Mooring puts it back in mode enforce; to keep it change the Service's annotation",
        declared: "off",
        actual: "on",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
          "    Service one/shop/web declares proxyProtocol otherwise",
          "  ~ properties.enableProxyProtocol: true -> false",
        ],
      },
    ),
    of(
      "both on",
      "pls",
      onPls({ owner: owner({ proxyProtocol: true }), pls: pls({ proxyProtocol: true }) }),
      undefined,
    ),
  ],
  "pls-nat-addresses-differ": [
    of("one declared, two there", "pls", onPls({ pls: pls({ natAddresses: nat(2) }) }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
      cluster: "one",
      message: "the Service declares NAT addresses: 1, Private Link Service pls has 2",
      advice: "look at the Service's events: the controller could not bring the Private Link Service there",
      declared: "1",
      actual: "2",
    }),
    of("a dynamic one is as declared", "pls", onPls(), undefined),
  ],
  "pls-subnet-differs": [
    of(
      "another subnet than the cluster's own",
      "pls",
      onPls({ pls: pls({ natAddresses: [{ subnetId: subnetId("other") }] }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "the Service declares subnet apps, Private Link Service pls has other",
        advice: "look at the Service's events: the controller could not bring the Private Link Service there",
        declared: "apps",
        actual: "other",
      },
    ),
    of("the declared one in another case", "pls", onPls({ owner: owner({ subnet: "APPS" }) }), undefined),
  ],
  "pls-beyond-policy": [
    of(
      "the Service shows its Private Link Service to more than policy allows",
      "pls",
      onPls({
        policy: Policy.parse({ privateLinkServices: { visibility: [PARTNER] } }),
        owner: owner({ visibility: [SUBSCRIPTION, PARTNER] }),
      }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "Service shop/web declares visibility: 11111111-1111-1111-1111-111111111111 22222222-2222-2222-2222-222222222222; policy leaves visibility: 22222222-2222-2222-2222-222222222222",
        advice:
          "change the Service's annotation, or the policy: until then the controller and Mooring disagree",
        declared: "visibility: 11111111-1111-1111-1111-111111111111 22222222-2222-2222-2222-222222222222",
        allowed: "visibility: 22222222-2222-2222-2222-222222222222",
      },
    ),
    of(
      "policy allows all that is declared",
      "pls",
      onPls({ policy: Policy.parse({ privateLinkServices: { visibility: [SUBSCRIPTION] } }) }),
      undefined,
    ),
  ],
  "pls-fought-over": [
    of(
      "three repairs within the hour",
      "pls",
      onPls({
        touches: [
          ...repairs(3),
          { atUtc: NOW, who: "terraform", operation: "Microsoft.Network/privateLinkServices/write" },
        ],
      }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "Mooring repaired Private Link Service pls 3 times within an hour and has stopped; writers that Azure named: terraform (Microsoft.Network/privateLinkServices/write)",
        advice: "find out why the other one writes, then make the annotation or that writer right",
      },
    ),
    of("two repairs are not yet a fight", "pls", onPls({ touches: repairs(2) }), undefined),
    of(
      "repairs of different fields are no fight",
      "pls",
      onPls({ touches: [...repairs(2), ...repairs(1, "properties.autoApproval.subscriptions")] }),
      undefined,
    ),
    of(
      "writes of an identity that is called as Mooring is are no repairs",
      "pls",
      onPls({
        touches: Array.from({ length: 3 }, () => ({
          atUtc: NOW,
          who: MOORING,
          operation: "Microsoft.Network/privateLinkServices/write",
        })),
      }),
      undefined,
    ),
  ],
  "pls-unexpected": [
    of(
      "no Service owns it",
      "pls",
      { pls: pls(), cluster: cluster(), isHeard: true, policy, touches: [] },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "no living Service of one owns Private Link Service pls",
        advice: "if nobody needs it, let the sweep remove it; it is quarantined once proved an orphan",
      },
    ),
    of("its Service has withdrawn it", "pls", onPls({ owner: declared() }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
      cluster: "one",
      message: "Service shop/web has withdrawn azure-pls-create; Private Link Service pls stays",
      advice: "if nobody needs it, let the sweep remove it; it is quarantined once proved an orphan",
    }),
    of("its Service declares it", "pls", onPls(), undefined),
    of(
      "its cluster has not confirmed its Services: whether one owns it is unknown",
      "pls",
      { pls: pls(), cluster: cluster(), isHeard: false, policy, touches: [] },
      undefined,
    ),
  ],
  "pls-near-limits": [
    of(
      "seven NAT addresses and eighty subscriptions",
      "pls",
      onPls({ pls: pls({ natAddresses: nat(7), visibility: many(80) }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "Private Link Service pls has 7 of 8 NAT addresses, 80 of 100 subscriptions in its visibility",
        advice: "make a second Private Link Service before the limit is met",
      },
    ),
    of(
      "six NAT addresses and 79 subscriptions",
      "pls",
      onPls({ pls: pls({ natAddresses: nat(6), visibility: many(79) }) }),
      undefined,
    ),
  ],
  "pls-tags-differ": [
    of(
      "tagged as another Service's than its frontend's",
      "marks",
      {
        pls: pls({
          tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/other" },
        }),
        cluster: cluster(),
        users: [declared()],
      },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "Private Link Service pls is tagged as shop/other's and stands on the frontend of shop/web",
        advice: "set the tag right, or remove the Private Link Service: the controller makes it anew",
        declared: "shop/web",
        actual: "shop/other",
      },
    ),
    of(
      "without tags on a cluster's frontend",
      "marks",
      { pls: pls({ tags: {} }), cluster: cluster(), users: [] },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "Private Link Service pls stands on a frontend of one and lacks the controller's tags",
        advice:
          "if a person made it all is well, and Mooring leaves it alone; else remove it and let the controller make it",
        actual: "none",
      },
    ),
    of(
      "owned by one who shares the frontend",
      "marks",
      { pls: pls(), cluster: cluster(), users: [declared({ name: "first" }), declared()] },
      undefined,
    ),
    of(
      "the frontend is nobody's: that is another check's",
      "marks",
      { pls: pls(), cluster: cluster(), users: [] },
      undefined,
    ),
  ],
  "connection-pending-undeclared": [
    of("nobody declared its subscription", "connection", onConnection({ status: "Pending" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
      cluster: "one",
      message:
        "connection pe.1 on Private Link Service pls waits; its subscription (11111111-1111-1111-1111-111111111111) is not auto-approved",
      advice: "approve or reject it, or declare its subscription in azure-pls-auto-approval",
      settlesWithinMinutes: 240,
    }),
    of("it is approved", "connection", onConnection({ status: "Approved" }), undefined),
  ],
  "connection-pending-declared": [
    of(
      "its subscription is auto-approved and it still waits",
      "connection",
      onConnection({ status: "Pending" }, [SUBSCRIPTION]),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
        cluster: "one",
        message:
          "connection pe.1 on Private Link Service pls waits although its subscription is auto-approved",
        advice: "Mooring approves it in mode enforce; see the journal for why it did not",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
          "    Service one/shop/web auto-approves subscription 11111111-1111-1111-1111-111111111111",
          '  ~ properties.privateLinkServiceConnectionState.status: "Pending" -> "Approved"',
          '  ~ properties.privateLinkServiceConnectionState.description: "" -> "Approved by Mooring: declared in auto-approval"',
        ],
        settlesWithinMinutes: 10,
      },
    ),
    of(
      "another subscription is auto-approved",
      "connection",
      onConnection({ status: "Pending" }, [PARTNER]),
      undefined,
    ),
  ],
  "connection-no-longer-declared": [
    of(
      "approved by itself, and no longer declared; policy rejects such",
      "connection",
      {
        ...onConnection({ description: "Auto Approved" }),
        policy: Policy.parse({ connections: { rejectWithdrawn: true } }),
      },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
        cluster: "one",
        message:
          "connection pe.1 on Private Link Service pls is approved; its subscription (11111111-1111-1111-1111-111111111111) is not auto-approved",
        advice:
          "if a person approved it all is well; else reject it, or let policy do so (connections.rejectWithdrawn)",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
          "    subscription 11111111-1111-1111-1111-111111111111 is not auto-approved any more",
          '  ~ properties.privateLinkServiceConnectionState.status: "Approved" -> "Rejected"',
          '  ~ properties.privateLinkServiceConnectionState.description: "Auto Approved" -> "Rejected by Mooring: subscription 11111111-1111-1111-1111-111111111111 is not auto-approved any more"',
        ],
      },
    ),
    of("still declared", "connection", onConnection({}, [SUBSCRIPTION]), undefined),
  ],
  "connection-disconnected": [
    of("its endpoint is gone", "connection", onConnection({ status: "Disconnected" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
      cluster: "one",
      message: "connection pe.1 on Private Link Service pls is disconnected: its endpoint is gone",
      advice: "remove the connection",
    }),
    of("rejected is not disconnected", "connection", onConnection({ status: "Rejected" }), undefined),
  ],
  "pls-missing": [
    of(
      "declared, and not there after its time",
      "service",
      onService({
        declared: owner(),
        failure: {
          ...failure,
          operation: "Microsoft.Network/privateLinkServices/write",
          code: "PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
        },
      }),
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service declares a Private Link Service, its frontend is there, the Private Link Service is not; likely because Azure refused Microsoft.Network/privateLinkServices/write at 2026-11-23T11:58:00.000Z: PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled: it may not join the subnet",
        advice:
          "look at the Service's events: the subnet's network policies or the controller's rights are the usual reasons",
      },
    ),
    of(
      "the controller is still at it",
      "service",
      onService({ declared: owner(), ageMinutes: 9 }),
      undefined,
    ),
    of("it is there", "service", onService({ declared: owner(), pls: pls() }), undefined),
    of("none is declared", "service", onService(), undefined),
  ],
  "service-without-frontend": [
    of(
      "no frontend after its time, and Azure said why",
      "service",
      { declared: declared(), ageMinutes: 10, waitMinutes: 10, failure },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service is declared since 2026-11-23T11:55:00.000Z and has no frontend; likely because Azure refused Microsoft.Network/loadBalancers/write at 2026-11-23T11:58:00.000Z: LinkedAuthorizationFailed: it may not join the subnet",
        advice: "look at the Service's events and at the activity log of the node resource group",
      },
    ),
    of(
      "no frontend, and nobody knows why",
      "service",
      { declared: declared(), ageMinutes: 10, waitMinutes: 10 },
      {
        about: "one/shop/web",
        cluster: "one",
        message: "the Service is declared since 2026-11-23T11:55:00.000Z and has no frontend",
        advice: "look at the Service's events and at the activity log of the node resource group",
      },
    ),
    of(
      "younger than a controller may take",
      "service",
      { declared: declared(), ageMinutes: 9.9, waitMinutes: 10 },
      undefined,
    ),
  ],
  "address-differs": [
    of(
      "another address than declared",
      "service",
      onService({ declared: declared({ intent: intent({ addresses: { ipv4: "10.0.1.99" } }) }) }),
      {
        about: "one/shop/web",
        cluster: "one",
        message: "the Service asks for 10.0.1.99, its frontend has 10.0.1.10",
        advice:
          "the controller rebuilds the frontend at its next reconcile; if it does not, the address is taken",
        declared: "10.0.1.99",
        actual: "10.0.1.10",
      },
    ),
    of("any address will do", "service", onService(), undefined),
  ],
  "load-balancer-ip-used": [
    of(
      "the deprecated field is set",
      "declaration",
      {
        declared: declared({ usesLoadBalancerIp: true, intent: intent({ addresses: { ipv4: "10.0.1.9" } }) }),
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message: "the Service sets spec.loadBalancerIP (it asks for 10.0.1.9)",
        advice: "write service.beta.kubernetes.io/azure-load-balancer-ipv4 and take the field away",
      },
    ),
    of(
      "the annotation is used",
      "declaration",
      { declared: declared({ intent: intent({ addresses: { ipv4: "10.0.1.9" } }) }) },
      undefined,
    ),
  ],
  "address-taken": [
    of(
      "a machine has it",
      "claim",
      {
        declared: declared(),
        what: "frontend",
        address: "10.0.1.4",
        subnet: subnetRow(),
        taken: { holderId: holder },
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service asks for 10.0.1.4 for its frontend; in subnet apps it is held by /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
        advice: "give the Service another address, or free this one",
        declared: "10.0.1.4",
        actual:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
      },
    ),
    of(
      "another Service declares it",
      "claim",
      {
        declared: declared(),
        what: "pls",
        address: "10.0.1.4",
        subnet: subnetRow(),
        taken: {
          claim: confirmedClaim({ cluster: "two", name: "mail", uid: "u" }),
        },
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service asks for 10.0.1.4 for its Private Link Service; in subnet apps it is declared by Service two/shop/mail",
        advice: "give the Service another address, or free this one",
        declared: "10.0.1.4",
      },
    ),
  ],
  "address-unavailable": [
    of(
      "Azure shows who has one, and not who has the other",
      "unavailable",
      {
        service: declared(),
        addresses: [
          {
            address: "10.0.1.4",
            subnet: "apps",
            problem: { sinceUtc: NOW, holderId: holder, alternatives: ["10.0.1.6", "10.0.1.7"] },
          },
          { address: "10.0.2.4", subnet: "pls", problem: { sinceUtc: NOW, alternatives: [] } },
        ],
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message: `Azure reports 10.0.1.4 in subnet apps as unavailable, it is in use by ${holder}; free in this subnet: 10.0.1.6, 10.0.1.7; Azure reports 10.0.2.4 in subnet pls as unavailable, no list shows what uses it; Azure names no free address`,
        advice:
          "request one of the free addresses, or release this one in Azure; Azure is asked again at the next audit",
        declared: "10.0.1.4, 10.0.2.4",
        actual: holder,
      },
    ),
    of("Azure would give it every address", "unavailable", { service: declared(), addresses: [] }, undefined),
  ],
  "address-unrecorded": [
    of(
      "the inventory has nobody",
      "address",
      { ...use, holderId: holder },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps/addresses/10.0.1.4",
        message:
          "10.0.1.4 in subnet apps is held by /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm; the inventory has nobody",
        advice: "see whether scans of the inventory work: the log of scanInventory tells why one failed",
        declared: "nobody",
        actual:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
        settlesWithinMinutes: 30,
      },
    ),
    of(
      "the inventory has another",
      "address",
      { ...use, holderId: holder, recordedId: frontend().id },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps/addresses/10.0.1.4",
        message:
          "10.0.1.4 in subnet apps is held by /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm; the inventory has /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        advice: "see whether scans of the inventory work: the log of scanInventory tells why one failed",
        declared:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        actual:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
        settlesWithinMinutes: 30,
      },
    ),
    of("Azure has nobody: that is another check's", "address", { ...use, recordedId: holder }, undefined),
  ],
  "address-gone": [
    of(
      "Azure has nobody any more",
      "address",
      { ...use, recordedId: holder },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps/addresses/10.0.1.4",
        message:
          "the inventory has 10.0.1.4 in subnet apps held by /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm, which Azure does not show any more",
        advice: "see whether scans of the inventory work: the log of scanInventory tells why one failed",
        declared:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
        settlesWithinMinutes: 30,
      },
    ),
    of(
      "Azure has another: that is another check's",
      "address",
      { ...use, holderId: holder, recordedId: frontend().id },
      undefined,
    ),
  ],
  "frontend-without-service": [
    of("a proved orphan", "orphan", candidate(), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
      cluster: "one",
      message:
        "no living Service of one accounts for frontend a0f1e2d3c4b5a69788796a5b4c3d2e1f: no Service of cluster one owns or shares it",
      advice:
        "it is in quarantine, or will be at the next sweep: hold it there if somebody needs it (mooring orphans hold)",
    }),
    of(
      "a whole load balancer, and what is missing for a proof",
      "orphan",
      candidate({
        resourceId: balancerId(),
        kind: "loadBalancer",
        verdict: "unproved",
        for: [],
        against: ["it is tagged mooring: off"],
        missing: ["cluster one has not confirmed its Services"],
      }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        cluster: "one",
        message:
          "no living Service of one accounts for any frontend of load balancer kubernetes-internal: it is tagged mooring: off; cluster one has not confirmed its Services",
        advice:
          "it is not proved an orphan, so nothing is done about it: settle what is named, or remove it by hand",
      },
    ),
    of("a Private Link Service is another check's", "orphan", candidate({ kind: "pls" }), undefined),
  ],
  "basic-load-balancer": [
    of("a cluster's", "balancer", onBalancer({ sku: "Basic" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message: "load balancer kubernetes-internal is of the Basic SKU, retired on 30 September 2025",
      advice: "move the cluster to Standard: az aks update --load-balancer-sku standard",
    }),
    of(
      "anybody's",
      "balancer",
      { balancer: balancer({ sku: "basic" }), privateLinkServices: 0 },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        message: "load balancer kubernetes-internal is of the Basic SKU, retired on 30 September 2025",
        advice: "replace it by one of the Standard SKU",
      },
    ),
    of("Standard", "balancer", onBalancer(), undefined),
  ],
  "rule-leads-nowhere": [
    of(
      "an empty pool, no frontend, no probe",
      "balancer",
      onBalancer({
        rules: [
          {
            ...rule(frontend()),
            frontendId: `${frontend().id}-gone`,
            probeId: `${balancerId()}/probes/gone`,
          },
        ],
        pools: [{ id: `${balancerId()}/backendAddressPools/kubernetes`, name: "kubernetes", members: 0 }],
      }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        cluster: "one",
        message:
          "on load balancer kubernetes-internal: rule a0f1e2d3c4b5a69788796a5b4c3d2e1f-TCP-80 has no frontend and has no members in pool kubernetes and names a probe that is not there",
        advice:
          "see that the cluster has nodes and that they are in the backend pool; the controller rebuilds rules when their Service changes",
      },
    ),
    of("no pool at all", "balancer", onBalancer({ rules: [{ ...rule(frontend()), poolIds: [] }] }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message:
        "on load balancer kubernetes-internal: rule a0f1e2d3c4b5a69788796a5b4c3d2e1f-TCP-80 has no backend pool",
      advice:
        "see that the cluster has nodes and that they are in the backend pool; the controller rebuilds rules when their Service changes",
    }),
    of(
      "one of two pools has members",
      "balancer",
      onBalancer({
        rules: [
          {
            ...rule(frontend()),
            poolIds: [
              `${balancerId()}/backendAddressPools/empty`,
              `${balancerId()}/backendAddressPools/kubernetes`,
            ],
          },
        ],
      }),
      undefined,
    ),
    of(
      "other teams' load balancers are theirs",
      "balancer",
      { balancer: balancer({ pools: [] }), privateLinkServices: 0 },
      undefined,
    ),
  ],
  "probe-unused": [
    of(
      "no rule names it",
      "balancer",
      onBalancer({ probes: [{ id: `${balancerId()}/probes/old`, name: "old" }] }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        cluster: "one",
        message: "no rule of load balancer kubernetes-internal uses probe old",
        advice: "remove the probe, or leave it to the controller's next change of the load balancer",
      },
    ),
    of(
      "a rule names it, in another case",
      "balancer",
      onBalancer({
        probes: [{ id: `${balancerId()}/probes/p`, name: "p" }],
        rules: [{ ...rule(frontend()), probeId: `${balancerId()}/PROBES/P` }],
      }),
      undefined,
    ),
  ],
  "frontend-without-rules": [
    of("an internal one", "balancer", onBalancer({ rules: [] }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message:
        "load balancer kubernetes-internal has frontends without rules: a0f1e2d3c4b5a69788796a5b4c3d2e1f (10.0.1.10)",
      advice:
        "look whether their Services have ports and the controller works; the sweep removes frontends of Services that are gone",
    }),
    of(
      "outbound rules use it",
      "balancer",
      onBalancer({ rules: [], otherFrontendUses: [frontend().id] }),
      undefined,
    ),
    of(
      "a public one",
      "balancer",
      onBalancer({ frontends: [frontend({ isPublic: true })], rules: [] }),
      undefined,
    ),
  ],
  "balancer-pls-near-limit": [
    of("seven of eight", "balancer", onBalancer({}, { privateLinkServices: 7 }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message: "7 of 8 Private Link Services stand on load balancer kubernetes-internal",
      advice:
        "let Services share a Private Link Service's frontend, or spread them over several load balancers or clusters",
    }),
    of("six of eight", "balancer", onBalancer({}, { privateLinkServices: 6 }), undefined),
  ],
  "subnet-nearly-full": [
    of(
      "226 of 251, and the day it fills",
      "subnet",
      onSubnet({ usedAddresses: 226 }, { forecast: { perDay: 5, fullOn: "2026-11-28", isSoon: true } }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        message: "226 of 251 addresses of subnet apps are used; at the present rate it is full on 2026-11-28",
        advice: "add a prefix to the subnet, or give new Services another one",
        allowed: "90 %",
        actual: "90 %",
      },
    ),
    of("225 of 251 is below 90 %", "subnet", onSubnet({ usedAddresses: 225 }), undefined),
  ],
  "subnet-fills-soon": [
    of(
      "five more a day",
      "subnet",
      onSubnet({ usedAddresses: 100 }, { forecast: { perDay: 5.04, fullOn: "2026-12-23", isSoon: true } }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        message: "subnet apps gets 5 addresses fuller a day; at the present rate it is full on 2026-12-23",
        advice: "plan a larger subnet: 100 of 251 addresses are used, by the last 30 days",
        actual: "2026-12-23",
      },
    ),
    of(
      "years away",
      "subnet",
      onSubnet({ usedAddresses: 100 }, { forecast: { perDay: 0.1, fullOn: "2031-01-01", isSoon: false } }),
      undefined,
    ),
    of(
      "nearly full already: that is told",
      "subnet",
      onSubnet({ usedAddresses: 250 }, { forecast: { perDay: 5, fullOn: "2026-11-24", isSoon: true } }),
      undefined,
    ),
  ],
  "subnet-uses-unknown": [
    of("30 of 40", "subnet", onSubnet({ usedAddresses: 40, unknownUses: 30 }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
      message: "30 of the 40 used addresses of subnet apps are unknown",
      advice:
        "see the log of scanInventory for lists that fail; give Mooring the role reader in every subscription with resources in the subnet, and add it to MOORING_SUBSCRIPTIONS",
      allowed: "0",
      actual: "30",
      settlesWithinMinutes: 10,
    }),
    of("none", "subnet", onSubnet({ usedAddresses: 40, unknownUses: 0 }), undefined),
    of(
      "a gateway's, in a subnet that Azure reserves for it",
      "subnet",
      onSubnet({ name: "GatewaySubnet", usedAddresses: 2, unknownUses: 2 }),
      undefined,
    ),
  ],
  "subnet-policies-block-pls": [
    of(
      "a Private Link Service is in it and a Service declares another",
      "subnet",
      onSubnet({}, { privateLinkServices: ["pls"], wants: [owner()] }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        message:
          "subnet apps has privateLinkServiceNetworkPolicies Enabled, and Private Link Services pls are in it, Services one/shop/web declare Private Link Services in it",
        advice:
          "az network vnet subnet update --ids /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps --private-pls-service-network-policies Disabled",
        declared: "Disabled",
        actual: "Enabled",
        settlesWithinMinutes: 10,
      },
    ),
    of(
      "they are off",
      "subnet",
      onSubnet({ plsNetworkPolicies: "Disabled" }, { privateLinkServices: ["pls"] }),
      undefined,
    ),
    of("nobody wants a Private Link Service in it", "subnet", onSubnet(), undefined),
  ],
  "subnet-policies-left-off": [
    of("off, and no Private Link Service is there", "subnet", onSubnet({ plsNetworkPolicies: "Disabled" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
      message:
        "subnet apps has Private Link Service network policies off for Private Link Services that are gone",
      advice: "turn privateLinkServiceNetworkPolicies on again, unless a Private Link Service is to come",
    }),
    of(
      "a Private Link Service is to come",
      "subnet",
      onSubnet({ plsNetworkPolicies: "Disabled" }, { wants: [owner()] }),
      undefined,
    ),
  ],
  "cluster-silent": [
    of("confirmed 61 minutes ago", "cluster", onCluster({}, 61), {
      about: "one",
      cluster: "one",
      message:
        "the cluster confirmed its Services last at 2026-11-23T11:50:00.000Z, longer than 60 minutes ago",
      advice: CHECK_SENDER,
    }),
    of(
      "never confirmed",
      "cluster",
      { view: { cluster: cluster(), state: "present", declared: [] }, staleMinutes: 60 },
      {
        about: "one",
        cluster: "one",
        message: "the cluster never sent a complete list of its Services",
        advice: CHECK_SENDER,
      },
    ),
    of(
      "its sender may not list Services",
      "cluster",
      onCluster({ feed: feed({ problem: { status: 403, message: "403 Forbidden", atUtc: NOW } }) }, 61),
      {
        about: "one",
        cluster: "one",
        message:
          "the cluster confirmed its Services last at 2026-11-23T11:50:00.000Z, longer than 60 minutes ago; the sender's last problem: 403 Forbidden",
        advice: CHECK_SENDER,
      },
    ),
    of("confirmed 60 minutes ago", "cluster", onCluster({}, 60), undefined),
    of("a deleted cluster does not report", "cluster", onCluster({ state: "gone" }, 600), undefined),
  ],
  "cluster-foreign-list": [
    of("two lists after the last valid one", "cluster", onCluster({ feed: feed({ refused }) }), {
      about: "one",
      cluster: "one",
      message:
        "2 lists with identity another refused, last at 2026-11-23T11:58:00.000Z; the cluster is bound to identity of one",
      advice:
        "remove the manifests of one from the other cluster; if one was rebuilt, run mooring clusters rebind one",
    }),
    of(
      "the first list of a registration, without Service default/kubernetes",
      "cluster",
      onCluster({
        cluster: unbound,
        feed: { cluster: "one", sequence: 2, refused: { ...refused, identity: "none", count: 1 } },
      }),
      {
        about: "one",
        cluster: "one",
        message:
          "1 list with identity none refused, last at 2026-11-23T11:58:00.000Z; the cluster is bound to no identity",
        advice:
          "remove the manifests of one from the other cluster; if one was rebuilt, run mooring clusters rebind one",
      },
    ),
    of("no such list is kept", "cluster", onCluster({ feed: feed() }), undefined),
    of("a deleted cluster", "cluster", onCluster({ state: "gone", feed: feed({ refused }) }), undefined),
    of("no list was refused", "cluster", onCluster(), undefined),
  ],
  "webhook-silent": [
    of(
      "the cluster reported what admission never announced",
      "cluster",
      onCluster({ feed: feed({ unannounced }) }),
      {
        about: "one",
        cluster: "one",
        message:
          "admission did not announce 2 changes of Services that the cluster reported, shop/web among them (last seen 2026-11-23T11:00:00.000Z)",
        advice:
          "look at the webhook configuration, the relay's pods and their token: kubectl get validatingwebhookconfigurations; mooring clusters rotate makes a new token",
      },
    ),
    of(
      "admission was heard of since",
      "cluster",
      onCluster({
        feed: feed({ unannounced }),
        declared: [declared({ strength: "proposal", observedAtUtc: "2026-11-23T11:30:00.000Z" })],
      }),
      undefined,
    ),
    of(
      "admission was heard of since, and the proposal was confirmed",
      "cluster",
      onCluster({ feed: feed({ unannounced, admittedAtUtc: "2026-11-23T11:30:00.000Z" }) }),
      undefined,
    ),
    of("everything was announced", "cluster", onCluster(), undefined),
  ],
  "relay-fails": [
    of("it does not answer the sender", "cluster", onCluster({ feed: feed({ webhook: fails }) }), {
      about: "one",
      cluster: "one",
      message:
        "asked from inside the cluster, the relay failed: timeout (last asked 2026-11-23T11:45:00.000Z)",
      advice:
        "look at the relay's pods and log: kubectl -n mooring get pods; kubectl -n mooring logs deployment/mooring-relay",
    }),
    of(
      "it answers",
      "cluster",
      onCluster({ feed: feed({ webhook: { ...fails, verdict: "ok" } }) }),
      undefined,
    ),
    of("nobody asked it", "cluster", onCluster(), undefined),
    of(
      "the cluster is gone",
      "cluster",
      onCluster({ state: "gone", feed: feed({ webhook: fails }) }),
      undefined,
    ),
  ],
  "relay-certificate-ends": [
    of("in less than three weeks", "cluster", ending("2026-12-01T00:00:00.000Z", 20.9), {
      about: "one",
      cluster: "one",
      message: "the relay's certificate ends at 2026-12-01T00:00:00.000Z",
      advice:
        "mooring clusters rotate one --url … makes a new one; with cert-manager see its Certificate mooring-relay",
    }),
    of("it has ended", "cluster", ending("2026-11-01T00:00:00.000Z", -22), {
      about: "one",
      cluster: "one",
      message: "the relay's certificate ended at 2026-11-01T00:00:00.000Z",
      advice:
        "mooring clusters rotate one --url … makes a new one; with cert-manager see its Certificate mooring-relay",
    }),
    of("three weeks are left", "cluster", ending("2026-12-14T12:00:00.000Z", 21), undefined),
    of("nobody asked", "cluster", onCluster(), undefined),
  ],
  "cluster-gone": [
    of("ARM does not know it", "cluster", onCluster({ state: "gone" }), {
      about: "one",
      cluster: "one",
      message:
        "managed cluster /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-one/providers/Microsoft.ContainerService/managedClusters/one does not exist",
      advice: "leave it registered until the sweep has dealt with what it left behind",
    }),
    of("it could not be read", "cluster", onCluster({ state: "unknown" }), undefined),
  ],
  "cluster-unreadable": [
    of("it could not be read", "cluster", onCluster({ state: "unknown" }), {
      about: "one",
      cluster: "one",
      message:
        "managed cluster /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-one/providers/Microsoft.ContainerService/managedClusters/one could not be read",
      advice: "correct the registration, or give Mooring's identity the role Reader on the managed cluster",
    }),
    of(
      "what Azure reports contradicts the registration",
      "cluster",
      onCluster({ state: "unknown", doubt: "managed cluster one has node resource group MC_2" }),
      {
        about: "one",
        cluster: "one",
        message: "managed cluster one has node resource group MC_2",
        advice: "correct the registration, or give Mooring's identity the role Reader on the managed cluster",
      },
    ),
    of("it is there", "cluster", onCluster(), undefined),
  ],
  "cluster-contradicted": [
    of("another registration has its node resource group", "cluster", contradicted, {
      about: "one",
      cluster: "one",
      message: "clusters one and two are registered with the same node resource group MC_one",
      advice:
        "compare mooring clusters show one, mooring clusters show two, and remove the registration that is wrong: mooring clusters remove NAME",
    }),
    of("nothing contradicts it", "cluster", onCluster(), undefined),
  ],
  "identity-lacks-permission": [
    of(
      "it may not join two subnets",
      "grant",
      { cluster: cluster(), missing },
      {
        about: "one",
        cluster: "one",
        message:
          "the identity of cluster one lacks Microsoft.Network/virtualNetworks/subnets/join/action on subnets apps, pls of vnet",
        advice:
          'assign it Network Contributor on the virtual network, or a custom role with these actions: az role assignment create --role "Network Contributor" --scope /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet --assignee-object-id …',
      },
    ),
    of("it may", "grant", { cluster: cluster(), missing: [] }, undefined),
  ],
  "permissions-unreadable": [
    of(
      "Mooring may not look",
      "grant",
      { cluster: cluster(), missing: [], unreadable: "AuthorizationFailed" },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet",
        message: "role assignments at vnet could not be read: AuthorizationFailed",
        advice:
          "give Mooring's identity Microsoft.Authorization/roleAssignments/read and roleDefinitions/read there, or turn identity-lacks-permission off",
      },
    ),
    of("it may", "grant", { cluster: cluster(), missing }, undefined),
  ],
  "subscription-pls-near-limit": [
    of(
      "640 of 800",
      "subscription",
      { subscription: SUBSCRIPTION, privateLinkServices: 640, remaining: [] },
      {
        about: "/subscriptions/11111111-1111-1111-1111-111111111111",
        message: "subscription 11111111-1111-1111-1111-111111111111 has 640 of 800 Private Link Services",
        advice:
          "remove Private Link Services that nobody uses, ask Azure for more, or put new clusters into another subscription",
      },
    ),
    of(
      "639 of 800",
      "subscription",
      { subscription: SUBSCRIPTION, privateLinkServices: 639, remaining: [] },
      undefined,
    ),
  ],
  "arm-nearly-throttled": [
    of(
      "few reads remain",
      "subscription",
      {
        subscription: SUBSCRIPTION,
        privateLinkServices: 0,
        remaining: [
          { subscription: SUBSCRIPTION, kind: "reads", requests: 49 },
          { subscription: SUBSCRIPTION, kind: "writes", requests: 199 },
        ],
      },
      {
        about: "/subscriptions/11111111-1111-1111-1111-111111111111",
        message:
          "ARM said during the audit that only 49 of 250 reads remain in subscription 11111111-1111-1111-1111-111111111111",
        advice: "find out what else asks with Mooring's identity; fewer subscriptions at once help too",
      },
    ),
    of(
      "a fifth remains",
      "subscription",
      {
        subscription: SUBSCRIPTION,
        privateLinkServices: 0,
        remaining: [{ subscription: SUBSCRIPTION, kind: "reads", requests: 50 }],
      },
      undefined,
    ),
  ],
  "policy-broken": [
    of(
      "somebody broke it",
      "mooring",
      { policyProblems: ["policy modes.privateLinkServices: no"] },
      {
        about: "mooring/policy",
        message: "the stored policy is broken: policy modes.privateLinkServices: no",
        advice: "apply a good one with mooring policy apply",
      },
    ),
    of("it is whole", "mooring", { policyProblems: [] }, undefined),
  ],
  "writing-stopped": [
    of(
      "for a day",
      "mooring",
      {
        policyProblems: [],
        stopped: { why: "an incident", sinceUtc: "2026-11-22T12:00:00.000Z", hours: 24 },
      },
      {
        about: "mooring/writing",
        message: "nothing has been written to Azure since 2026-11-22T12:00:00.000Z: an incident",
        advice: "let Mooring write again with mooring resume",
      },
    ),
    of(
      "since an hour ago",
      "mooring",
      { policyProblems: [], stopped: { why: "an incident", sinceUtc: NOW, hours: 1 } },
      undefined,
    ),
  ],
  "journal-unresolved": [
    of(
      "a resource that may not be read",
      "journal",
      { entry: { ...openEntry, why: "AuthorizationFailed" }, openHours: 1 },
      {
        about: PLS_ID,
        cluster: "one",
        message: "journal entry j on pls is open since 2026-11-23T11:00:00.000Z: AuthorizationFailed",
        advice:
          "give Mooring read access to pls; the next run that needs it or the next sweep completes the entry",
      },
    ),
    of(
      "no run for two hours",
      "journal",
      { entry: openEntry, openHours: 2 },
      {
        about: PLS_ID,
        cluster: "one",
        message:
          "journal entry j on pls is open since 2026-11-23T11:00:00.000Z: no run has read the resource since",
        advice:
          "give Mooring read access to pls; the next run that needs it or the next sweep completes the entry",
      },
    ),
    of("an hour", "journal", { entry: openEntry, openHours: 1 }, undefined),
  ],
  "inventory-stale": [
    of(
      "61 minutes",
      "inventory",
      { vnetId: VNET, scannedAtUtc: "2026-11-23T10:59:00.000Z", ageMinutes: 61, staleMinutes: 60 },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet",
        message:
          "virtual network vnet was last scanned at 2026-11-23T10:59:00.000Z, more than 60 minutes ago",
        advice:
          "see the log of scanInventory for lists that fail, and check the rights of Mooring with mooring doctor",
      },
    ),
    of(
      "60 minutes",
      "inventory",
      { vnetId: VNET, scannedAtUtc: "2026-11-23T11:00:00.000Z", ageMinutes: 60, staleMinutes: 60 },
      undefined,
    ),
  ],
  "scope-unaudited": [
    of(
      "six hours",
      "scope",
      { scope: `vnet:${VNET}`, auditedAtUtc: "2026-11-23T06:00:00.000Z", ageHours: 6 },
      {
        about:
          "vnet:/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet",
        message:
          "vnet:/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet was last audited whole at 2026-11-23T06:00:00.000Z, more than 6 hours ago",
        advice: "see why its audit fails: mooring audit --scope names the reason",
      },
    ),
    of(
      "five hours",
      "scope",
      { scope: "mooring", auditedAtUtc: "2026-11-23T07:00:00.000Z", ageHours: 5 },
      undefined,
    ),
  ],
  "queue-poisoned": [
    of(
      "one message",
      "queue",
      { queue: "pls", poisoned: 1 },
      {
        about: "mooring/queues/pls",
        message: "1 message is in queue mooring-pls-poison",
        advice: "see why with mooring queue show pls, mend it, then mooring queue replay pls --all",
      },
    ),
    of("none", "queue", { queue: "pls", poisoned: 0 }, undefined),
  ],
  "operation-failing": [
    of(
      "a scan that may not read a subscription",
      "operation",
      {
        outcome: {
          operation: "scan",
          subject: "subscription:11111111-1111-1111-1111-111111111111",
          failingSinceUtc: "2026-11-23T11:00:00.000Z",
          failure: { atUtc: "2026-11-23T11:45:00.000Z", cause: "AuthorizationFailed", reason: "denied" },
        },
      },
      {
        about: "mooring/operations/scan/subscription:11111111-1111-1111-1111-111111111111",
        message:
          "the scan of subscription:11111111-1111-1111-1111-111111111111 fails since 2026-11-23T11:00:00.000Z (permission denied): AuthorizationFailed",
        advice: "correct the cause; mooring doctor shows whether the next run succeeds",
      },
    ),
    of(
      "a list of a cluster",
      "operation",
      {
        outcome: {
          operation: "list",
          subject: "cluster:one",
          failingSinceUtc: "2026-11-23T11:00:00.000Z",
          failure: { atUtc: "2026-11-23T11:45:00.000Z", cause: "status 500", reason: "failed" },
        },
      },
      {
        about: "mooring/operations/list/cluster:one",
        cluster: "one",
        message: "the list of cluster:one fails since 2026-11-23T11:00:00.000Z (error): status 500",
        advice: "correct the cause; mooring doctor shows whether the next run succeeds",
      },
    ),
    of(
      "one that succeeds again",
      "operation",
      {
        outcome: {
          operation: "scan",
          subject: "subscription:11111111-1111-1111-1111-111111111111",
          succeededAtUtc: "2026-11-23T12:00:00.000Z",
          failure: { atUtc: "2026-11-23T11:45:00.000Z", cause: "AuthorizationFailed", reason: "denied" },
        },
      },
      undefined,
    ),
  ],
  "quarantine-unproved": [
    of(
      "two days without a proof",
      "quarantined",
      { row: quarantined, unprovedHours: 48 },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        cluster: "one",
        message:
          "a0f1e2d3c4b5a69788796a5b4c3d2e1f is in quarantine since 2026-11-20T12:00:00.000Z and was last proved an orphan at 2026-11-21T12:00:00.000Z",
        advice: "mooring orphans explain tells what is missing; often cluster one sends no reports",
      },
    ),
    of("proved this morning", "quarantined", { row: quarantined, unprovedHours: 4 }, undefined),
  ],
};
