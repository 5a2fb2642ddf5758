/** Cases of every check: a sentence, the subject, and the complete result, or nothing. */
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
  isConfirmed: true,
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
  requestedBy: [],
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
      advice: "compare mooring clusters show one and mooring clusters show two",
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
  reason: "no Service uses it",
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
    of("visible to every subscription, declared for one", "pls", onPls({ pls: pls({ visibility: ["*"] }) }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
      cluster: "one",
      message:
        "the Service declares visibility 11111111-1111-1111-1111-111111111111, Private Link Service pls has *",
      advice:
        "Mooring repairs this in mode enforce; to keep the actual value, change the annotation of the Service",
      declared: "11111111-1111-1111-1111-111111111111",
      actual: "*",
      planned: [
        "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        "    Service one/shop/web declares visibility otherwise",
        '  ~ properties.visibility.subscriptions: ["*"] -> ["11111111-1111-1111-1111-111111111111"]',
      ],
    }),
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
      "a Private Link Service with an off tag is reported, and nothing is planned",
      "pls",
      onPls({ pls: pls({ visibility: ["*"], tags: { ...pls().tags, mooring: "off" } }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "the Service declares visibility 11111111-1111-1111-1111-111111111111, Private Link Service pls has *",
        advice:
          "Mooring repairs this in mode enforce; to keep the actual value, change the annotation of the Service",
        declared: "11111111-1111-1111-1111-111111111111",
        actual: "*",
      },
    ),
    of(
      "a Private Link Service without an owner is another check's",
      "pls",
      { pls: pls({ visibility: ["*"] }), cluster: cluster(), isConfirmed: true, policy, touches: [] },
      undefined,
    ),
  ],
  "pls-auto-approval-differs": [
    of(
      "auto-approval of an undeclared subscription",
      "pls",
      onPls({ pls: pls({ autoApproval: [PARTNER] }) }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message:
          "the Service declares auto-approval none, Private Link Service pls has 22222222-2222-2222-2222-222222222222",
        advice:
          "Mooring repairs this in mode enforce; to keep the actual value, change the annotation of the Service",
        declared: "none",
        actual: "22222222-2222-2222-2222-222222222222",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
          "    Service one/shop/web declares autoApproval otherwise",
          '  ~ properties.autoApproval.subscriptions: ["22222222-2222-2222-2222-222222222222"] -> []',
        ],
      },
    ),
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
        advice: "correct the Private Link Service, or change the annotation of the Service",
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
        advice:
          "Mooring repairs this in mode enforce; to keep the actual value, change the annotation of the Service",
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
      advice: "check the events of the Service: they show why the cloud controller did not apply the change",
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
        advice:
          "check the events of the Service: they show why the cloud controller did not apply the change",
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
          "Service shop/web declares visibility: 11111111-1111-1111-1111-111111111111 22222222-2222-2222-2222-222222222222; policy allows visibility: 22222222-2222-2222-2222-222222222222",
        advice:
          "change the annotation of the Service, or the policy: until then the cloud controller and Mooring overwrite each other",
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
  "pls-repair-conflict": [
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
          "Mooring repaired Private Link Service pls 3 times within an hour and has stopped; other writers in the activity log: terraform (Microsoft.Network/privateLinkServices/write)",
        advice: "find out why the other writer changes it, then correct that writer or the annotation",
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
  "pls-without-service": [
    of(
      "no Service owns it",
      "pls",
      { pls: pls(), cluster: cluster(), isConfirmed: true, policy, touches: [] },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
        cluster: "one",
        message: "no Service of one owns Private Link Service pls",
        advice:
          "if it is not needed, let the sweep remove it: Mooring moves it to quarantine after it is proved an orphan",
      },
    ),
    of("its Service has withdrawn it", "pls", onPls({ owner: declared() }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls",
      cluster: "one",
      message: "Service shop/web no longer sets azure-pls-create; Private Link Service pls still exists",
      advice:
        "if it is not needed, let the sweep remove it: Mooring moves it to quarantine after it is proved an orphan",
    }),
    of("its Service declares it", "pls", onPls(), undefined),
    of(
      "its cluster has not confirmed its Services: whether one owns it is unknown",
      "pls",
      { pls: pls(), cluster: cluster(), isConfirmed: false, policy, touches: [] },
      undefined,
    ),
  ],
  "pls-near-limit": [
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
        advice: "create a second Private Link Service before the limit is reached",
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
        message:
          "Private Link Service pls is tagged with Service shop/other, but is attached to the frontend of shop/web",
        advice: "correct the tag, or delete the Private Link Service: the cloud controller creates it again",
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
        message:
          "Private Link Service pls is attached to a frontend of one and lacks the tags of the cloud controller",
        advice:
          "expected if it was created manually: Mooring does not change it; otherwise delete it, and the cloud controller creates it again",
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
      "no Service uses the frontend: another check reports that",
      "marks",
      { pls: pls(), cluster: cluster(), users: [] },
      undefined,
    ),
  ],
  "connection-pending-undeclared": [
    of("its subscription is not declared", "connection", onConnection({ status: "Pending" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
      cluster: "one",
      message:
        "private endpoint connection pe.1 of Private Link Service pls is pending; subscription 11111111-1111-1111-1111-111111111111 is not auto-approved",
      advice:
        "approve or reject the connection (mooring connections), or add its subscription to azure-pls-auto-approval",
      settlesWithinMinutes: 240,
    }),
    of("it is approved", "connection", onConnection({ status: "Approved" }), undefined),
  ],
  "connection-pending-declared": [
    of(
      "its subscription is auto-approved and it is still pending",
      "connection",
      onConnection({ status: "Pending" }, [SUBSCRIPTION]),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
        cluster: "one",
        message:
          "private endpoint connection pe.1 of Private Link Service pls is pending although its subscription is auto-approved",
        advice:
          "check that the mode of connections is enforce; the journal shows why Mooring did not approve it",
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
      "automatically approved and no longer declared; policy rejects such connections",
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
          "private endpoint connection pe.1 of Private Link Service pls is approved; subscription 11111111-1111-1111-1111-111111111111 is not auto-approved",
        advice:
          "expected if it was approved manually; otherwise reject it, or set policy connections.rejectWithdrawn",
        planned: [
          "~ /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
          "    subscription 11111111-1111-1111-1111-111111111111 is no longer auto-approved",
          '  ~ properties.privateLinkServiceConnectionState.status: "Approved" -> "Rejected"',
          '  ~ properties.privateLinkServiceConnectionState.description: "Auto Approved" -> "Rejected by Mooring: subscription 11111111-1111-1111-1111-111111111111 is no longer auto-approved"',
        ],
      },
    ),
    of("still declared", "connection", onConnection({}, [SUBSCRIPTION]), undefined),
  ],
  "connection-disconnected": [
    of("its private endpoint was deleted", "connection", onConnection({ status: "Disconnected" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/privateLinkServices/pls/privateEndpointConnections/pe.1",
      cluster: "one",
      message:
        "private endpoint connection pe.1 of Private Link Service pls is disconnected: its private endpoint was deleted",
      advice: "delete the connection",
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
          "the Service declares a Private Link Service and has a frontend, but the Private Link Service does not exist; likely because Azure refused Microsoft.Network/privateLinkServices/write at 2026-11-23T11:58:00.000Z: PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled: it may not join the subnet",
        advice:
          "check the events of the Service: usual causes are the network policies of the subnet and missing permissions of the cloud controller",
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
      "an overdue frontend, with a cause in the activity log",
      "service",
      { declared: declared(), ageMinutes: 10, waitMinutes: 10, failure },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service has been declared since 2026-11-23T11:55:00.000Z and has no frontend; likely because Azure refused Microsoft.Network/loadBalancers/write at 2026-11-23T11:58:00.000Z: LinkedAuthorizationFailed: it may not join the subnet",
        advice: "check the events of the Service and the activity log of the node resource group",
      },
    ),
    of(
      "an overdue frontend without a cause",
      "service",
      { declared: declared(), ageMinutes: 10, waitMinutes: 10 },
      {
        about: "one/shop/web",
        cluster: "one",
        message: "the Service has been declared since 2026-11-23T11:55:00.000Z and has no frontend",
        advice: "check the events of the Service and the activity log of the node resource group",
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
        message: "the Service requests 10.0.1.99, its frontend has 10.0.1.10",
        advice:
          "the cloud controller rebuilds the frontend with its next reconcile; if it does not, check whether the address is in use",
        declared: "10.0.1.99",
        actual: "10.0.1.10",
      },
    ),
    of("any address will do", "service", onService(), undefined),
  ],
  "service-load-balancer-ip-deprecated": [
    of(
      "the deprecated field is set",
      "declaration",
      {
        declared: declared({ usesLoadBalancerIp: true, intent: intent({ addresses: { ipv4: "10.0.1.9" } }) }),
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message: "the Service sets the deprecated field spec.loadBalancerIP (requested address: 10.0.1.9)",
        advice:
          "set annotation service.beta.kubernetes.io/azure-load-balancer-ipv4 instead, and remove the field",
      },
    ),
    of(
      "the annotation is used",
      "declaration",
      { declared: declared({ intent: intent({ addresses: { ipv4: "10.0.1.9" } }) }) },
      undefined,
    ),
  ],
  "address-in-use": [
    of(
      "a machine has it",
      "claim",
      {
        declared: declared(),
        what: "frontend",
        address: "10.0.1.4",
        subnet: subnetRow(),
        holder: { holderId: holder },
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service requests 10.0.1.4 for its frontend; in subnet apps the address is assigned to network interface vm",
        advice: "request another address for the Service, or release this one",
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
        holder: {
          claim: confirmedClaim({ cluster: "two", name: "mail", uid: "u" }),
        },
      },
      {
        about: "one/shop/web",
        cluster: "one",
        message:
          "the Service requests 10.0.1.4 for its Private Link Service; in subnet apps the address is claimed by Service two/shop/mail",
        advice: "request another address for the Service, or release this one",
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
        message: `Azure reports 10.0.1.4 in subnet apps as unavailable, it is in use by ${holder}; free in this subnet: 10.0.1.6, 10.0.1.7; Azure reports 10.0.2.4 in subnet pls as unavailable, no readable list contains the resource that uses it; Azure suggests no free address`,
        advice:
          "request one of the free addresses, or release this one in Azure; the next audit checks the address again",
        declared: "10.0.1.4, 10.0.2.4",
        actual: holder,
      },
    ),
    of("Azure would give it every address", "unavailable", { service: declared(), addresses: [] }, undefined),
  ],
  "address-unrecorded": [
    of(
      "the inventory has no use",
      "address",
      { ...use, holderId: holder },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps/addresses/10.0.1.4",
        message:
          "10.0.1.4 in subnet apps is assigned to /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm; the inventory records no resource",
        advice:
          "check whether inventory scans succeed: mooring doctor (check operations) reports the cause of a failed scan",
        declared: "no resource",
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
          "10.0.1.4 in subnet apps is assigned to /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm; the inventory records /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        advice:
          "check whether inventory scans succeed: mooring doctor (check operations) reports the cause of a failed scan",
        declared:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        actual:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm",
        settlesWithinMinutes: 30,
      },
    ),
    of(
      "not in use in Azure: another check reports that",
      "address",
      { ...use, recordedId: holder },
      undefined,
    ),
  ],
  "address-stale": [
    of(
      "no longer in use in Azure",
      "address",
      { ...use, recordedId: holder },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps/addresses/10.0.1.4",
        message:
          "the inventory records 10.0.1.4 in subnet apps as assigned to /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/networkInterfaces/vm; Azure no longer reports this use",
        advice:
          "check whether inventory scans succeed: mooring doctor (check operations) reports the cause of a failed scan",
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
        "no Service of one uses frontend a0f1e2d3c4b5a69788796a5b4c3d2e1f: no Service of cluster one owns or shares it",
      advice: "it is in quarantine, or enters it with the next sweep; to keep it, run mooring orphans hold",
    }),
    of(
      "a complete load balancer, with missing evidence",
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
          "no Service of one uses load balancer kubernetes-internal: it is tagged mooring: off; cluster one has not confirmed its Services",
        advice:
          "it is not proved an orphan, so Mooring does not delete it: resolve the named evidence, or delete it manually",
      },
    ),
    of("a Private Link Service is another check's", "orphan", candidate({ kind: "pls" }), undefined),
  ],
  "load-balancer-basic-sku": [
    of("a cluster's", "balancer", onBalancer({ sku: "Basic" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message:
        "load balancer kubernetes-internal uses the Basic SKU, which Azure retired on 30 September 2025",
      advice: "move the cluster to the Standard SKU: az aks update --load-balancer-sku standard",
    }),
    of(
      "anybody's",
      "balancer",
      { balancer: balancer({ sku: "basic" }), privateLinkServices: 0 },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        message:
          "load balancer kubernetes-internal uses the Basic SKU, which Azure retired on 30 September 2025",
        advice: "replace it with a load balancer of the Standard SKU",
      },
    ),
    of("Standard", "balancer", onBalancer(), undefined),
  ],
  "load-balancer-rule-without-backends": [
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
          "on load balancer kubernetes-internal: rule a0f1e2d3c4b5a69788796a5b4c3d2e1f-TCP-80 has no frontend and has no members in pool kubernetes and refers to a probe that does not exist",
        advice:
          "check that the cluster has nodes and that they are in the backend pool; the cloud controller rebuilds the rules when their Service changes. Expected if the rule was created manually",
      },
    ),
    of("no pool at all", "balancer", onBalancer({ rules: [{ ...rule(frontend()), poolIds: [] }] }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message:
        "on load balancer kubernetes-internal: rule a0f1e2d3c4b5a69788796a5b4c3d2e1f-TCP-80 has no backend pool",
      advice:
        "check that the cluster has nodes and that they are in the backend pool; the cloud controller rebuilds the rules when their Service changes. Expected if the rule was created manually",
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
  "load-balancer-probe-unused": [
    of(
      "no rule names it",
      "balancer",
      onBalancer({ probes: [{ id: `${balancerId()}/probes/old`, name: "old" }] }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
        cluster: "one",
        message: "no rule of load balancer kubernetes-internal uses probe old",
        advice:
          "remove the probe, or let the cloud controller remove it with its next change of the load balancer",
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
        "check that their Services have ports and that the cloud controller runs; the sweep removes frontends of deleted Services",
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
  "load-balancer-pls-near-limit": [
    of("seven of eight", "balancer", onBalancer({}, { privateLinkServices: 7 }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal",
      cluster: "one",
      message: "load balancer kubernetes-internal has 7 of 8 Private Link Services",
      advice:
        "let Services share the frontend of a Private Link Service, or distribute them over several load balancers or clusters",
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
        message:
          "226 of 251 addresses of subnet apps are in use; at the current rate it is full on 2026-11-28",
        advice: "add an address prefix to the subnet, or use another subnet for new Services",
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
        message: "subnet apps loses 5 free addresses per day; at the current rate it is full on 2026-12-23",
        advice: "plan a larger subnet: 100 of 251 addresses are in use (forecast from the last 30 days)",
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
      "nearly full already: another check reports that",
      "subnet",
      onSubnet({ usedAddresses: 250 }, { forecast: { perDay: 5, fullOn: "2026-11-24", isSoon: true } }),
      undefined,
    ),
  ],
  "subnet-uses-unknown": [
    of("30 of 40", "subnet", onSubnet({ usedAddresses: 40, unknownUses: 30 }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
      message: "30 of the 40 addresses in use in subnet apps are unknown",
      advice:
        "run mooring doctor to find scans that fail; assign the role Mooring reader in every subscription with resources in the subnet, and add the subscription to MOORING_SUBSCRIPTIONS",
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
      onSubnet({}, { privateLinkServices: ["pls"], requestedBy: [owner()] }),
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        message:
          "subnet apps has privateLinkServiceNetworkPolicies Enabled, and Private Link Services pls use it, Services one/shop/web declare Private Link Services in it",
        advice:
          "az network vnet subnet update --ids /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps --private-link-service-network-policies Disabled",
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
    of("no Service declares a Private Link Service in it", "subnet", onSubnet(), undefined),
  ],
  "subnet-policies-left-disabled": [
    of("off, and no Private Link Service is there", "subnet", onSubnet({ plsNetworkPolicies: "Disabled" }), {
      about:
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
      message:
        "subnet apps still has privateLinkServiceNetworkPolicies disabled although no Private Link Service uses it",
      advice: "enable privateLinkServiceNetworkPolicies again, unless a Private Link Service is planned",
    }),
    of(
      "a Private Link Service is to come",
      "subnet",
      onSubnet({ plsNetworkPolicies: "Disabled" }, { requestedBy: [owner()] }),
      undefined,
    ),
  ],
  "cluster-silent": [
    of("confirmed 61 minutes ago", "cluster", onCluster({}, 61), {
      about: "one",
      cluster: "one",
      message:
        "the cluster last confirmed its Services at 2026-11-23T11:50:00.000Z, more than 60 minutes ago",
      advice: CHECK_SENDER,
    }),
    of(
      "never confirmed",
      "cluster",
      { view: { cluster: cluster(), state: "present", declared: [] }, staleMinutes: 60 },
      {
        about: "one",
        cluster: "one",
        message: "the cluster has never sent a complete list of its Services",
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
          "the cluster last confirmed its Services at 2026-11-23T11:50:00.000Z, more than 60 minutes ago; last error of the sender: 403 Forbidden",
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
        "Mooring refused 2 lists with identity another, the last one at 2026-11-23T11:58:00.000Z; the cluster is bound to identity of one",
      advice:
        "remove the manifests of one from the other cluster; if one was rebuilt, run mooring clusters rebind one",
    }),
    of(
      "the list of a registered cluster",
      "cluster",
      onCluster({ feed: feed({ refused: { ...refused, holder: "two" } }) }),
      {
        about: "one",
        cluster: "one",
        message:
          "Mooring refused 2 lists with identity another of cluster two, the last one at 2026-11-23T11:58:00.000Z; the cluster is bound to identity of one",
        advice:
          "apply the manifests of one in cluster one and remove them from cluster two; if the first list of each was sent with the token of the other, run mooring clusters rebind one --exchange two",
      },
    ),
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
          "Mooring refused 1 list with identity none, the last one at 2026-11-23T11:58:00.000Z; the cluster is bound to no identity",
        advice:
          "remove the manifests of one from the other cluster; if one was rebuilt, run mooring clusters rebind one",
      },
    ),
    of("no such list is kept", "cluster", onCluster({ feed: feed() }), undefined),
    of("a deleted cluster", "cluster", onCluster({ state: "gone", feed: feed({ refused }) }), undefined),
    of("no list was refused", "cluster", onCluster(), undefined),
  ],
  "cluster-webhook-silent": [
    of(
      "the cluster reported what admission never announced",
      "cluster",
      onCluster({ feed: feed({ unannounced }) }),
      {
        about: "one",
        cluster: "one",
        message:
          "the cluster reported 2 changes of Services that the admission webhook did not receive, for example shop/web (last at 2026-11-23T11:00:00.000Z)",
        advice:
          "check the webhook configuration, the pods of the relay and their token: kubectl get validatingwebhookconfigurations; mooring clusters rotate creates a new token",
      },
    ),
    of(
      "a later admission request",
      "cluster",
      onCluster({
        feed: feed({ unannounced }),
        declared: [declared({ strength: "proposal", observedAtUtc: "2026-11-23T11:30:00.000Z" })],
      }),
      undefined,
    ),
    of(
      "a later admission request, and the proposal was confirmed",
      "cluster",
      onCluster({ feed: feed({ unannounced, admittedAtUtc: "2026-11-23T11:30:00.000Z" }) }),
      undefined,
    ),
    of("everything was announced", "cluster", onCluster(), undefined),
  ],
  "cluster-relay-failing": [
    of("it does not answer the sender", "cluster", onCluster({ feed: feed({ webhook: fails }) }), {
      about: "one",
      cluster: "one",
      message:
        "the probe of the relay from inside the cluster failed: timeout (last probe at 2026-11-23T11:45:00.000Z)",
      advice:
        "check the pods and the log of the relay: kubectl -n mooring get pods; kubectl -n mooring logs deployment/mooring-relay",
    }),
    of(
      "it answers",
      "cluster",
      onCluster({ feed: feed({ webhook: { ...fails, verdict: "ok" } }) }),
      undefined,
    ),
    of("no probe yet", "cluster", onCluster(), undefined),
    of(
      "the cluster was deleted",
      "cluster",
      onCluster({ state: "gone", feed: feed({ webhook: fails }) }),
      undefined,
    ),
  ],
  "cluster-relay-certificate-expiring": [
    of("in less than three weeks", "cluster", ending("2026-12-01T00:00:00.000Z", 20.9), {
      about: "one",
      cluster: "one",
      message: "the certificate of the relay expires at 2026-12-01T00:00:00.000Z",
      advice:
        "create a new one with mooring clusters rotate one --url …; with cert-manager check the Certificate mooring-relay",
    }),
    of("it has ended", "cluster", ending("2026-11-01T00:00:00.000Z", -22), {
      about: "one",
      cluster: "one",
      message: "the certificate of the relay expired at 2026-11-01T00:00:00.000Z",
      advice:
        "create a new one with mooring clusters rotate one --url …; with cert-manager check the Certificate mooring-relay",
    }),
    of("three weeks are left", "cluster", ending("2026-12-14T12:00:00.000Z", 21), undefined),
    of("no probe", "cluster", onCluster(), undefined),
  ],
  "cluster-deleted": [
    of("it does not exist in ARM", "cluster", onCluster({ state: "gone" }), {
      about: "one",
      cluster: "one",
      message:
        "managed cluster /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-one/providers/Microsoft.ContainerService/managedClusters/one does not exist",
      advice:
        "keep the cluster registered until the sweep has removed its orphans, then run mooring clusters remove",
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
      advice: "compare mooring clusters show one and mooring clusters show two",
    }),
    of("nothing contradicts it", "cluster", onCluster(), undefined),
  ],
  "cluster-identity-lacks-permission": [
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
          'assign Network Contributor on the virtual network, or a custom role with these actions: az role assignment create --role "Network Contributor" --scope /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet --assignee-object-id …',
      },
    ),
    of("it may", "grant", { cluster: cluster(), missing: [] }, undefined),
  ],
  "vnet-role-assignments-unreadable": [
    of(
      "Mooring may not look",
      "grant",
      { cluster: cluster(), missing: [], unreadable: "AuthorizationFailed" },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet",
        message: "the role assignments of virtual network vnet could not be read: AuthorizationFailed",
        advice:
          "grant Mooring Microsoft.Authorization/roleAssignments/read and roleDefinitions/read on the virtual network, or set check cluster-identity-lacks-permission to off",
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
          "delete unused Private Link Services, request a higher limit from Azure, or create new clusters in another subscription",
      },
    ),
    of(
      "639 of 800",
      "subscription",
      { subscription: SUBSCRIPTION, privateLinkServices: 639, remaining: [] },
      undefined,
    ),
  ],
  "subscription-requests-near-limit": [
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
          "only 49 of 250 reads remained for subscription 11111111-1111-1111-1111-111111111111 during the audit",
        advice:
          "find out what else uses the identity of Mooring, and watch fewer subscriptions with one installation",
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
  "policy-invalid": [
    of(
      "it was changed to an invalid one",
      "mooring",
      { policyProblems: ["policy modes.privateLinkServices: no"] },
      {
        about: "mooring/policy",
        message: "the stored policy is invalid: policy modes.privateLinkServices: no",
        advice: "apply a valid policy with mooring policy apply",
      },
    ),
    of("it is valid", "mooring", { policyProblems: [] }, undefined),
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
        message: "writes to Azure are stopped since 2026-11-22T12:00:00.000Z: an incident",
        advice: "allow writes again with mooring resume",
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
        message: "journal entry j for pls is open since 2026-11-23T11:00:00.000Z: AuthorizationFailed",
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
          "journal entry j for pls is open since 2026-11-23T11:00:00.000Z: no run has read the resource since then",
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
          "run mooring doctor: check operations reports the cause of a failed scan, check rights the missing permissions",
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
          "the last complete audit of vnet:/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet was at 2026-11-23T06:00:00.000Z, more than 6 hours ago",
        advice: "run mooring audit --scope with this scope: it reports why the audit fails",
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
        advice: "find the cause with mooring queue show pls, fix it, then run mooring queue replay pls --all",
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
          "the scan of subscription:11111111-1111-1111-1111-111111111111 has been failing since 2026-11-23T11:00:00.000Z (permission denied): AuthorizationFailed",
        advice: "fix the cause; mooring doctor shows whether the next run succeeds",
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
        message:
          "the list of cluster:one has been failing since 2026-11-23T11:00:00.000Z (error): status 500",
        advice: "fix the cause; mooring doctor shows whether the next run succeeds",
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
  "claims-unwatched": [
    of(
      "a name that nothing but an operator frees",
      "unwatched",
      {
        subscription: "22222222-2222-2222-2222-222222222222",
        claims: ["pls-web of Service old/shop/web", "10.9.0.7 of Service old/shop/api"],
      },
      {
        about: "/subscriptions/22222222-2222-2222-2222-222222222222",
        message:
          "subscription 22222222-2222-2222-2222-222222222222 is not watched, so that these claims of deleted Services cannot end automatically: pls-web of Service old/shop/web, 10.9.0.7 of Service old/shop/api",
        advice:
          "release them with mooring ip release, or watch the subscription again until scans have ended them",
      },
    ),
    of("none", "unwatched", { subscription: "22222222-2222-2222-2222-222222222222", claims: [] }, undefined),
  ],
  "quarantine-unverified": [
    of(
      "two days without a proof",
      "quarantined",
      { row: quarantined, unprovedHours: 48 },
      {
        about:
          "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/MC_one/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a0f1e2d3c4b5a69788796a5b4c3d2e1f",
        cluster: "one",
        message:
          "a0f1e2d3c4b5a69788796a5b4c3d2e1f has been in quarantine since 2026-11-20T12:00:00.000Z and was last verified as an orphan at 2026-11-21T12:00:00.000Z",
        advice:
          "mooring orphans explain shows the missing evidence; check that cluster one reports its Services",
      },
    ),
    of("proved this morning", "quarantined", { row: quarantined, unprovedHours: 4 }, undefined),
  ],
};
