import { describe, expect, test } from "vitest";
import { findOrphans, type Candidate } from "../../shared/orphans/classify.ts";
import type { Hold } from "../../shared/orphans/model.ts";
import type { ClusterView, World } from "../../shared/orphans/world.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { resourceName } from "../../shared/azure/resourceId.ts";
import type { Frontend, PrivateLinkService, LoadBalancer } from "../../shared/azure/networkModel.ts";
import {
  balancer,
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
  feed,
  UID,
  view,
} from "../builders/world.ts";

const OTHER = "ffffffff-1111-2222-3333-444444444444";

interface Case {
  clusters?: ClusterView[];
  balancers?: LoadBalancer[];
  privateLinkServices?: PrivateLinkService[];
  holds?: Hold[];
}

function judge(world: Case): string[] {
  return judgeAll(world).map(({ kind, verdict, missing, against }) =>
    [kind, verdict, ...missing, ...against].join(": "),
  );
}

function judgeAll({
  clusters = [view()],
  balancers = [balancer()],
  privateLinkServices = [],
  holds = [],
}: Case): Candidate[] {
  const world: World = {
    clusters,
    balancers,
    privateLinkServices,
    unreadable: new Map(),
    holds,
    nowUtc: NOW,
    freshSinceUtc: "2026-11-23T11:00:00.000Z",
  };
  return findOrphans(world);
}

/** Deleted, and silent for longer than the stale time. */
const gone = view({
  state: "gone",
  declared: [declared()],
  feed: feed({ atUtc: "2026-11-23T09:00:00.000Z" }),
});
/** The nodes went with the cluster. */
const deserted = balancer({
  pools: [{ id: `${balancerId()}/backendAddressPools/kubernetes`, name: "kubernetes", members: 0 }],
});
const rule = (uid: string, on = frontend()) => ({
  id: `${balancerId()}/loadBalancingRules/r`,
  name: `${baseName(uid)}-TCP-80`,
  frontendId: on.id,
  protocol: "Tcp",
  port: 80,
  poolIds: [],
});
const dead = frontend({
  name: baseName(OTHER),
  id: `${balancerId()}/frontendIPConfigurations/${baseName(OTHER)}`,
  address: "10.0.1.77",
});
const { identity: _bound, ...unbound } = cluster();
const linked = intent({ pls: plsIntent() });
const parked = { ...pls({ connections: [] }), id: plsIdIn("pls", "rg-pls") };

describe("each way in which orphans arise, and its twin that is alive", () => {
  test.each<[string, Case, string[]]>([
    [
      "Services deleted while the controller was down: no confirmed Service owns the load balancer",
      {},
      ["loadBalancer: orphan"],
    ],
    ["twin: the Service is still declared", { clusters: [view({ declared: [declared()] })] }, []],
    [
      "cluster deleted, load balancer left",
      { clusters: [gone], balancers: [deserted] },
      ["loadBalancer: orphan"],
    ],
    [
      "twin: nodes are still in its backend pool, so the cluster's id is wrong",
      { clusters: [gone] },
      ["loadBalancer: unproved: backend pool kubernetes has 3 members"],
    ],
    [
      "twin: the cluster reported within the stale time",
      { clusters: [view({ state: "gone" })], balancers: [deserted] },
      [
        "loadBalancer: unproved: Azure has no managed cluster one, but it reported at 2026-11-23T11:50:00.000Z",
      ],
    ],
    [
      "twin: admission reviewed a Service of it within the stale time",
      {
        clusters: [{ ...gone, declared: [declared({ strength: "proposal" })] }],
        balancers: [deserted],
      },
      [
        "loadBalancer: unproved: Azure has no managed cluster one, but it reported at 2026-11-23T11:55:00.000Z",
      ],
    ],
    [
      "twin: what Azure reports of it contradicts itself",
      {
        clusters: [
          view({ state: "unknown", doubt: "managed cluster two has its node resource group MC_one" }),
        ],
        balancers: [deserted],
      },
      ["loadBalancer: unproved: managed cluster two has its node resource group MC_one"],
    ],
    [
      "twin: it was registered without a check",
      {
        clusters: [{ ...gone, cluster: cluster({ unchecked: { reason: "no rights yet", atUtc: NOW } }) }],
        balancers: [deserted],
      },
      ["loadBalancer: unproved: cluster one was registered without a check (no rights yet)"],
    ],
    [
      "twin: the cluster cannot be read",
      { clusters: [view({ state: "unknown" })] },
      ["loadBalancer: unproved: whether cluster one exists could not be read"],
    ],
    [
      "cluster deleted, Private Link Service lives in another resource group",
      { clusters: [gone], balancers: [], privateLinkServices: [parked] },
      ["pls: orphan"],
    ],
    [
      "twin: a consumer's endpoint is alive on it",
      { clusters: [gone], balancers: [], privateLinkServices: [{ ...parked, connections: [connection()] }] },
      ["pls: unproved: private endpoint connection pe.1 is Approved"],
    ],
    [
      "twin: a connection is still pending",
      {
        clusters: [gone],
        balancers: [],
        privateLinkServices: [{ ...parked, connections: [connection({ status: "Pending" })] }],
      },
      ["pls: unproved: private endpoint connection pe.1 is Pending"],
    ],
    [
      "consumers have left: disconnected connections keep nothing alive",
      {
        clusters: [gone],
        balancers: [],
        privateLinkServices: [{ ...parked, connections: [connection({ status: "Disconnected" })] }],
      },
      ["connection: orphan", "pls: orphan"],
    ],
    [
      "cluster rebuilt from backup: Services return with new UIDs",
      { clusters: [view({ declared: [declared({ uid: OTHER })] })] },
      ["loadBalancer: orphan"],
    ],
    [
      "twin: the new Service requests the old frontend's address and so shares it",
      {
        clusters: [
          view({
            declared: [declared({ uid: OTHER, intent: intent({ addresses: { ipv4: "10.0.1.10" } }) })],
          }),
        ],
      },
      ["rule: orphan"],
    ],
    [
      "twin: it requests the old frontend's IPv6 address",
      {
        clusters: [
          view({ declared: [declared({ uid: OTHER, intent: intent({ addresses: { ipv6: "fd00::10" } }) })] }),
        ],
        balancers: [balancer({ frontends: [frontend({ address: "fd00::10" })] })],
      },
      ["rule: orphan"],
    ],
    [
      "a Service without an address shares no frontend without one",
      {
        clusters: [view({ declared: [declared({ uid: OTHER })] })],
        balancers: [
          (() => {
            const { address: _none, ...bare } = frontend();
            return balancer({ frontends: [bare] });
          })(),
        ],
      },
      ["loadBalancer: orphan"],
    ],
    [
      "a Service without a uid owns no frontend",
      { clusters: [view({ declared: [declared({ uid: "" })] })] },
      ["loadBalancer: orphan"],
    ],
    [
      "twin: the primary was deleted, a secondary's rules are on its frontend",
      {
        clusters: [view({ declared: [declared({ uid: OTHER })] })],
        balancers: [balancer({ rules: [rule(OTHER)] })],
      },
      [],
    ],
    [
      "a namespace force-deleted: rules of deleted Services do not keep it",
      { balancers: [balancer({ rules: [rule(UID)] })] },
      ["loadBalancer: orphan"],
    ],
    [
      "one frontend of two lives: the load balancer stays, the other one is an orphan",
      {
        clusters: [view({ declared: [declared({ uid: OTHER })] })],
        balancers: [balancer({ frontends: [frontend(), frontend({ name: baseName(OTHER) })] })],
      },
      ["frontend: orphan"],
    ],
    [
      "a Service withdrew azure-pls-create: the controller leaves the Private Link Service behind",
      { clusters: [view({ declared: [declared()] })], privateLinkServices: [pls()] },
      ["pls: orphan"],
    ],
    [
      "twin: it still declares the Private Link Service",
      { clusters: [view({ declared: [declared({ intent: linked })] })], privateLinkServices: [pls()] },
      [],
    ],
    [
      "twin: a Service that shares the frontend declares it",
      {
        clusters: [
          view({
            declared: [
              declared({ intent: intent({ addresses: { ipv4: "10.0.1.10" } }) }),
              declared({ name: "api", uid: OTHER, intent: { ...linked, addresses: { ipv4: "10.0.1.10" } } }),
            ],
          }),
        ],
        privateLinkServices: [pls()],
      },
      [],
    ],
    [
      "twin: consumers are still connected to it",
      {
        clusters: [view({ declared: [declared()] })],
        privateLinkServices: [pls({ connections: [connection()] })],
      },
      ["pls: unproved: private endpoint connection pe.1 is Approved"],
    ],
    [
      "the same, while a Service that does not share its frontend declares one",
      {
        clusters: [view({ declared: [declared(), declared({ name: "api", uid: OTHER, intent: linked })] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
        privateLinkServices: [pls()],
      },
      ["pls: orphan"],
    ],
    [
      "a Service was deleted and its Private Link Service left, while another Service declares a Private Link Service on its own frontend",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
        privateLinkServices: [pls(), pls({ name: "left", frontendIds: [dead.id] })],
      },
      ["frontend: orphan", "pls: orphan"],
    ],
    [
      "twin: its Service was deleted, and another one shares the frontend",
      {
        clusters: [
          view({
            declared: [declared({ uid: OTHER, intent: intent({ addresses: { ipv4: "10.0.1.10" } }) })],
          }),
        ],
        privateLinkServices: [pls()],
      },
      ["rule: orphan"],
    ],
    [
      "twin: it is being deleted: the controller deletes the Private Link Service with it",
      { clusters: [view({ declared: [declared({ deletedAtUtc: NOW })] })], privateLinkServices: [pls()] },
      [],
    ],
    [
      "twin: the Private Link Service's owner tag names another Service than the one whose uid is on the frontend",
      {
        clusters: [view({ declared: [declared()] })],
        privateLinkServices: [pls({ tags: { ...pls().tags, "k8s-azure-owner-service": "shop/api" } })],
      },
      [],
    ],
    [
      "twin: the load balancer is missing from the list, so who shares the frontend cannot be determined",
      { clusters: [view({ declared: [declared()] })], balancers: [], privateLinkServices: [pls()] },
      [],
    ],
    [
      "twin: the frontend is missing from the list, so who shares it cannot be determined",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ frontends: [dead] })],
        privateLinkServices: [pls()],
      },
      ["loadBalancer: unproved: Private Link Service pls is attached to it and may be in use"],
    ],
    [
      "twin: the cluster has not confirmed for long",
      {
        clusters: [view({ declared: [declared()], feed: feed({ atUtc: "2026-11-23T10:59:00.000Z" }) })],
        privateLinkServices: [pls()],
      },
      ["pls: unproved: cluster one confirmed its Services last at 2026-11-23T10:59:00.000Z"],
    ],
    [
      "a consumer deleted its endpoint and left a connection on a Private Link Service that lives",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        privateLinkServices: [pls({ connections: [connection({ status: "Disconnected" })] })],
      },
      ["connection: orphan"],
    ],
    [
      "twin: the Private Link Service is tagged off",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        privateLinkServices: [
          pls({
            tags: { ...pls().tags, mooring: "off" },
            connections: [connection({ status: "Disconnected" })],
          }),
        ],
      },
      ["connection: unproved: pls is tagged mooring: off"],
    ],
    [
      "twin: whether its cluster exists could not be read",
      {
        clusters: [view({ state: "unknown", declared: [declared({ intent: linked })] })],
        balancers: [],
        privateLinkServices: [pls({ connections: [connection({ status: "Disconnected" })] })],
      },
      [
        `pls: unproved: whether cluster one exists could not be read: its frontend ${frontend().name} was not found in the lists of Azure`,
        "connection: unproved: whether cluster one exists could not be read",
      ],
    ],
    [
      "twin: what Azure reports of its cluster contradicts itself",
      {
        clusters: [view({ state: "unknown", doubt: "two clusters have MC_one" })],
        balancers: [],
        privateLinkServices: [{ ...parked, connections: [connection({ status: "Disconnected" })] }],
      },
      [
        "connection: unproved: two clusters have MC_one",
        `pls: unproved: two clusters have MC_one: its frontend ${frontend().name} was not found in the lists of Azure`,
      ],
    ],
    [
      "twin: its Private Link Service is being written",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        privateLinkServices: [
          pls({ provisioningState: "Updating", connections: [connection({ status: "Disconnected" })] }),
        ],
      },
      ["connection: unproved: its provisioning state is Updating"],
    ],
    [
      "twin: the Private Link Service is not the controller's",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        privateLinkServices: [pls({ tags: {}, connections: [connection({ status: "Disconnected" })] })],
      },
      [],
    ],
    [
      "twin: the Private Link Service is attached to no frontend of a registered cluster",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        privateLinkServices: [
          pls({ frontendIds: [], connections: [connection({ status: "Disconnected" })] }),
        ],
      },
      [],
    ],
    [
      "a connection in a state that Azure introduced since is in use",
      {
        clusters: [gone],
        balancers: [],
        privateLinkServices: [{ ...parked, connections: [connection({ status: "Paused" })] }],
      },
      ["pls: unproved: private endpoint connection pe.1 is Paused"],
    ],
    [
      "a connection in no state at all is in use",
      {
        clusters: [gone],
        balancers: [],
        privateLinkServices: [{ ...parked, connections: [connection({ status: "" })] }],
      },
      ["pls: unproved: private endpoint connection pe.1 is in an unknown state"],
    ],
    [
      "a Private Link Service whose load balancer is missing from the list is not without a frontend",
      { balancers: [], privateLinkServices: [parked] },
      [`pls: unproved: its frontend ${frontend().name} was not found in the lists of Azure`],
    ],
    [
      "nor is one of a deleted cluster whose load balancer is listed without its frontend",
      { clusters: [gone], balancers: [balancer({ frontends: [dead] })], privateLinkServices: [parked] },
      [
        "loadBalancer: unproved: backend pool kubernetes has 3 members: Private Link Service pls is attached to it and may be in use",
        `pls: unproved: its frontend ${frontend().name} was not found in the lists of Azure`,
      ],
    ],
    [
      "what admission saw protects: the Service may be created at this moment",
      { clusters: [view({ declared: [declared({ strength: "proposal" })] })] },
      [],
    ],
    [
      "a proposed withdrawal withdraws nothing",
      { clusters: [view({ declared: [declared({ strength: "proposal" })] })], privateLinkServices: [pls()] },
      [],
    ],
    [
      "a Service that is being deleted is alive until the cluster confirms that it was deleted",
      { clusters: [view({ declared: [declared({ deletedAtUtc: NOW })] })] },
      [],
    ],
  ])("%s", (_, world, expected) => expect(judge(world)).toEqual(expected));
});

describe("what is not proved stays, with what is missing", () => {
  test.each<[string, Case, string[]]>([
    [
      "nothing was ever confirmed",
      { clusters: [{ cluster: cluster(), state: "present", declared: [] }] },
      ["loadBalancer: unproved: cluster one has not confirmed its Services"],
    ],
    [
      "the cluster is not bound to an identity",
      { clusters: [view({ cluster: unbound })] },
      ["loadBalancer: unproved: cluster one has not sent a complete list yet, so it is bound to no identity"],
    ],
    [
      "no frontend was ever named for a Service of its lists",
      { clusters: [view({ cluster: cluster({ identity: { uid: "u", boundAtUtc: NOW } }) })] },
      [
        "loadBalancer: unproved: no frontend of cluster one was ever named for a Service in its lists, so whose lists they are is not proved; `mooring clusters rebind one` confirms it",
      ],
    ],
    [
      "another cluster's list came with its token",
      { clusters: [view({ feed: feed({ refused: { identity: "x", atUtc: NOW, count: 1 } }) })] },
      [`loadBalancer: unproved: a list of another cluster (x) came with the token of one at ${NOW}`],
    ],
    [
      "what was confirmed long ago",
      { clusters: [view({ feed: feed({ atUtc: "2026-11-23T10:59:00.000Z" }) })] },
      ["loadBalancer: unproved: cluster one confirmed its Services last at 2026-11-23T10:59:00.000Z"],
    ],
    [
      "a person holds it",
      { holds: [{ resourceId: balancerId().toUpperCase(), who: "ada", why: "migration", sinceUtc: NOW }] },
      ["loadBalancer: unproved: ada holds it: migration"],
    ],
    [
      "the off tag",
      { balancers: [balancer({ tags: { mooring: "off" } })] },
      ["loadBalancer: unproved: it is tagged mooring: off"],
    ],
    [
      "outbound rules on it",
      { balancers: [balancer({ otherFrontendUses: [frontend().id] })] },
      ["loadBalancer: unproved: outbound or inbound NAT rules use its frontends"],
    ],
    [
      "a frontend that an operator added to the controller's load balancer",
      {
        clusters: [gone],
        balancers: [balancer({ pools: [], frontends: [frontend({ name: "db-primary" })], rules: [] })],
      },
      ["loadBalancer: unproved: frontend db-primary is not the controller's"],
    ],
    [
      "a public frontend",
      { balancers: [balancer({ frontends: [frontend({ isPublic: true })] })] },
      ["loadBalancer: unproved: it has a public frontend"],
    ],
    [
      "a public frontend among others",
      { balancers: [balancer({ frontends: [frontend(), { ...dead, isPublic: true }] })] },
      ["loadBalancer: unproved: it has a public frontend"],
    ],
    [
      "a public frontend beside a living one",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ frontends: [frontend(), { ...dead, isPublic: true }] })],
      },
      ["frontend: unproved: it is public"],
    ],
    [
      "a frontend beside a living one, that an operator added",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ frontends: [frontend(), frontend({ name: "db" })] })],
      },
      ["frontend: unproved: frontend db is not the controller's: rule db-TCP-80 is not the controller's"],
    ],
    [
      "a Private Link Service on two frontends",
      {
        privateLinkServices: [pls({ frontendIds: [frontend().id, dead.id] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
      },
      [
        "loadBalancer: unproved: Private Link Service pls is attached to it and may be in use",
        "pls: unproved: it has several frontends",
      ],
    ],
    [
      "a frontend beside a living one, with a Private Link Service that is on both",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
        privateLinkServices: [pls({ frontendIds: [frontend().id, dead.id] })],
      },
      ["frontend: unproved: Private Link Service pls is attached to it: it has several frontends"],
    ],
    [
      "it is being written",
      { balancers: [balancer({ provisioningState: "Updating" })] },
      ["loadBalancer: unproved: its provisioning state is Updating"],
    ],
    [
      "a frontend beside a living one, with a rule that is not the controller's, and outbound rules",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [
          balancer({
            frontends: [frontend(), dead],
            rules: [{ ...rule(OTHER, dead), name: "db" }],
            otherFrontendUses: [dead.id],
          }),
        ],
      },
      ["frontend: unproved: outbound or inbound NAT rules use it: rule db is not the controller's"],
    ],
    [
      "a frontend beside a living one, with a Private Link Service in use",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
        privateLinkServices: [pls({ frontendIds: [dead.id], connections: [connection()] })],
      },
      [
        "frontend: unproved: Private Link Service pls is attached to it: private endpoint connection pe.1 is Approved",
        "pls: unproved: private endpoint connection pe.1 is Approved",
      ],
    ],
    [
      "a Private Link Service in use is attached to it",
      { privateLinkServices: [pls({ connections: [connection()] })] },
      [
        "loadBalancer: unproved: Private Link Service pls is attached to it and may be in use",
        "pls: unproved: private endpoint connection pe.1 is Approved",
      ],
    ],
  ])("%s", (_, world, expected) => expect(judge(world)).toEqual(expected));
});

describe("what another frontend has does not keep one that no Service uses", () => {
  const living = (some: Partial<LoadBalancer>, privateLinkServices: PrivateLinkService[] = []): Case => ({
    clusters: [view({ declared: [declared({ intent: linked })] })],
    balancers: [balancer({ frontends: [frontend(), dead], ...some })],
    privateLinkServices,
  });
  test.each<[string, Case]>([
    [
      "a rule that is not the controller's",
      living({ rules: [{ ...rule(UID), name: "db" }, rule(OTHER, dead)] }),
    ],
    ["a Private Link Service in use", living({}, [pls({ connections: [connection()] })])],
    ["outbound rules", living({ otherFrontendUses: [frontend().id] })],
  ])("%s", (_, world) => expect(judge(world)).toEqual(["frontend: orphan"]));
});

describe("the evidence of a candidate", () => {
  const found = (some: Partial<World>) =>
    findOrphans({
      clusters: [view()],
      balancers: [balancer()],
      privateLinkServices: [],
      unreadable: new Map(),
      holds: [],
      nowUtc: NOW,
      freshSinceUtc: "2026-11-23T11:00:00.000Z",
      ...some,
    }).map(({ kind, version, withdrawal, for: evidence }) => ({
      kind,
      version,
      withdrawal,
      evidence: evidence.map(({ says, source }) => `${source}: ${says}`),
    }));
  const unused = "Azure: nothing in Azure uses it";

  test("is the cluster's and Azure's", () =>
    expect(found({})).toEqual([
      {
        kind: "loadBalancer",
        version: undefined,
        withdrawal: undefined,
        evidence: ["Kubernetes: no Service of cluster one owns or shares it", unused],
      },
    ]));

  test("of what is in use has no word of Azure", () =>
    expect(found({ balancers: [balancer({ provisioningState: "Updating" })] })).toMatchObject([
      { evidence: ["Kubernetes: no Service of cluster one owns or shares it"] },
    ]));

  test("is none where the proof is missing", () =>
    expect(found({ clusters: [view({ state: "unknown" })] })).toMatchObject([{ evidence: [] }]));

  test.each([
    ["7", "7"],
    [undefined, ""],
  ])(
    "of a withdrawn Private Link Service names the Service, and the version %s that was judged",
    (version, judged) => {
      const clusters = [view({ declared: [declared()] })];
      expect(found({ clusters, privateLinkServices: [pls({ ...(version && { version }) })] })).toEqual([
        {
          kind: "pls",
          version: judged,
          withdrawal: `${UID} 10`,
          evidence: ["Kubernetes: Service one/shop/web no longer declares azure-pls-create", unused],
        },
      ]);
    },
  );

  test("of a withdrawn Private Link Service has what its Service confirmed", () =>
    expect(
      found({
        clusters: [view({ declared: [declared({ resourceVersion: "12" })] })],
        privateLinkServices: [pls()],
      }),
    ).toMatchObject([{ withdrawal: `${UID} 12` }]));

  test("of a disconnected connection is Azure's, twice", () => {
    const clusters = [view({ declared: [declared({ intent: linked })] })];
    const privateLinkServices = [pls({ connections: [connection({ status: "Disconnected" })] })];
    expect(found({ clusters, privateLinkServices })).toMatchObject([
      { evidence: ["Azure: Azure reports private endpoint connection pe.1 as Disconnected", unused] },
    ]);
  });
});

describe("a hold or an off tag protects the resource, what contains it and what it contains", () => {
  const on = {
    balancers: [balancer({ frontends: [frontend(), dead] })],
    privateLinkServices: [pls({ connections: [connection({ status: "Disconnected" })] })],
  };
  const held = (resourceId: string) => ({
    ...on,
    holds: [{ resourceId, who: "ada", why: "migration", sinceUtc: NOW }],
  });
  /** Orphans that are left, by kind. */
  const left = (world: Case) => judge(world).filter((line) => line.endsWith(": orphan"));

  test("without either, everything on it is an orphan", () => {
    expect(left(on)).toEqual(
      ["loadBalancer: orphan", "connection: orphan", "pls: orphan"].toSorted(
        (a, b) => judge(on).indexOf(a) - judge(on).indexOf(b),
      ),
    );
  });

  test.each([
    ["the load balancer", balancerId()],
    ["a frontend under the Private Link Service", frontend().id],
    ["the Private Link Service", pls().id],
    ["its connection", connection().id],
  ])("a hold on %s keeps all of them", (_, id) => expect(left(held(id))).toEqual([]));

  test("a hold on another frontend keeps its load balancer, and neither the Private Link Service nor its connection", () => {
    expect(left(held(dead.id)).toSorted()).toEqual(["connection: orphan", "pls: orphan"]);
  });

  describe("rules and probes", () => {
    const otherName = baseName("22222222-0000-4000-8000-000000000000");
    const other = frontend({ name: otherName, id: dead.id.replace(dead.name, otherName) });
    const [own, shared] = [`${dead.name}-TCP-80`, `${dead.name}-TCP-81`];
    const probeId = (name: string) => `${balancerId()}/probes/${name}`;
    const probed = (of: Frontend, port = 80, probe = `${of.name}-TCP-${port}`) => {
      const name = `${of.name}-TCP-${port}`;
      const id = `${balancerId()}/loadBalancingRules/${name}`;
      return { ...rule(OTHER, of), id, name, port, probeId: probeId(probe) };
    };
    const ruleId = probed(dead).id;
    const frontends = [frontend(), dead, other];
    const rules = [...frontends.map((one) => probed(one)), probed(dead, 81), probed(dead, 82, shared)];
    const probes = [...new Set(rules.map((one) => one.probeId))].map((id) => ({
      id,
      name: resourceName(id),
    }));
    const balancers = [balancer({ frontends, rules, probes })];
    const widely = [balancer({ frontends, rules: [...rules, probed(other, 81, shared)], probes })];
    const isLiving = { clusters: [view({ declared: [declared()] })], privateLinkServices: [] };
    const orphans = (world: Case) =>
      judgeAll(world).flatMap(({ resourceId, verdict }) => (verdict === "orphan" ? [resourceId] : []));
    const held = (resourceId: string) => ({
      balancers,
      holds: [{ resourceId, who: "ada", why: "migration", sinceUtc: NOW }],
    });

    test.each([
      ["a rule", ruleId],
      ["a probe", probeId(own)],
      ["a pool", balancers[0]!.pools[0]!.id],
    ])("a hold on %s keeps its load balancer", (_, id) => {
      expect(orphans({ balancers, privateLinkServices: [] })).toEqual([balancerId()]);
      expect(orphans({ ...held(id), privateLinkServices: [] })).toEqual([]);
    });

    test.each([
      ["a rule", ruleId],
      ["a rule, in another case,", ruleId.toUpperCase()],
      ["a probe that one of its rules uses", probeId(own)],
      ["a probe that two of its rules use", probeId(shared)],
    ])("a hold on %s keeps its frontend, and no other one", (_, id) => {
      expect(orphans({ ...isLiving, balancers })).toEqual([other.id, dead.id]);
      expect(orphans({ ...isLiving, ...held(id) })).toEqual([other.id]);
    });

    test("a hold on a probe keeps a rule that uses it", () => {
      const onLiving = [probed(frontend()), { ...rule(OTHER), probeId: probeId(shared) }];
      const stale = [balancer({ frontends: [frontend()], rules: onLiving, probes })];
      const world = { ...isLiving, balancers: stale };
      const ruleIds = [onLiving[1]!.id];
      expect(orphans(world).filter((id) => ruleIds.includes(id))).toEqual(ruleIds);
      const { holds } = held(probeId(shared));
      expect(orphans({ ...world, holds }).filter((id) => ruleIds.includes(id))).toEqual([]);
    });

    test("a hold on a probe keeps all rules of its Service that use it, on whatever frontends", () => {
      const onLiving = [
        probed(frontend()),
        { ...probed(dead, 81), frontendId: frontend().id },
        { ...probed(dead, 82, shared), frontendId: other.id },
      ];
      const second = declared({ uid: "22222222-0000-4000-8000-000000000000", name: "second" });
      const stale = [balancer({ frontends: [frontend(), other], rules: onLiving, probes })];
      const world = { ...isLiving, clusters: [view({ declared: [declared(), second] })], balancers: stale };
      const ruleIds = onLiving.slice(1).map(({ id }) => id);
      expect(orphans(world).filter((id) => ruleIds.includes(id))).toEqual(ruleIds);
      const { holds } = held(probeId(shared));
      expect(orphans({ ...world, holds }).filter((id) => ruleIds.includes(id))).toEqual([]);
    });

    test("a hold on a probe that rules of several frontends use keeps none of these frontends", () =>
      expect(orphans({ ...isLiving, ...held(probeId(shared)), balancers: widely })).toEqual([
        other.id,
        dead.id,
      ]));
  });

  test("the tag on the load balancer keeps what is on it", () => {
    const tagged = { ...on, balancers: on.balancers.map((one) => ({ ...one, tags: { mooring: "off" } })) };
    expect(left(tagged)).toEqual([]);
  });

  test("the tag on the Private Link Service keeps its load balancer", () => {
    const tagged = {
      ...on,
      privateLinkServices: on.privateLinkServices.map((one) => ({
        ...one,
        tags: { ...one.tags, mooring: "off" },
      })),
    };
    expect(left(tagged)).toEqual([]);
  });

  test("frontends of a load balancer that lives are kept by a hold on it", () => {
    const world = { clusters: [view({ declared: [declared()] })], ...on, privateLinkServices: [] };
    expect(left(world)).toEqual(["frontend: orphan"]);
    expect(left({ ...world, holds: held(balancerId()).holds })).toEqual([]);
  });
});

describe("what is not ours is not even a candidate", () => {
  test.each<[string, Case]>([
    [
      "a load balancer of no registered cluster",
      {
        balancers: [
          balancer({ id: balancerId("MC_other"), frontends: [frontend({}, balancerId("MC_other"))] }),
        ],
      },
    ],
    ["the cluster's public load balancer", { balancers: [balancer({ name: "kubernetes" })] }],
    [
      "a frontend of the cluster's public load balancer, beside a living one",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ name: "kubernetes", frontends: [frontend(), dead] })],
      },
    ],
    [
      "a Private Link Service without the controller's tags",
      { balancers: [], privateLinkServices: [pls({ tags: {} })] },
    ],
    [
      "a Private Link Service on a load balancer of no registered cluster",
      {
        balancers: [],
        privateLinkServices: [pls({ frontendIds: [frontend({}, balancerId("MC_other")).id] })],
      },
    ],
  ])("%s", (_, world) => expect(judge(world)).toEqual([]));
});

describe("a rule or probe of a deleted Service on a load balancer that lives", () => {
  const GONE = "eeeeeeee-1111-2222-3333-444444444444";
  const probeOf = (name: string) => ({ id: `${balancerId()}/probes/${name}`, name });
  const stale = { ...rule(GONE), id: `${balancerId()}/loadBalancingRules/stale` };
  const probed = { ...stale, probeId: probeOf(stale.name).id };
  const shared = (some: Partial<LoadBalancer> = {}) =>
    balancer({ rules: [rule(UID), stale], probes: [], ...some });
  const alive = view({ declared: [declared()] });
  const owner = (some: object = {}) => declared({ name: "gone", uid: GONE, ...some });

  test.each<[string, Case, string[]]>([
    ["is an orphan", { clusters: [alive], balancers: [shared()] }, ["rule: orphan"]],
    [
      "twin: its Service is declared",
      { clusters: [view({ declared: [declared(), owner()] })], balancers: [shared()] },
      [],
    ],
    [
      "twin: admission has seen its Service",
      {
        clusters: [view({ declared: [declared(), owner({ strength: "proposal" })] })],
        balancers: [shared()],
      },
      [],
    ],
    [
      "twin: its Service is being deleted, and its cluster has not confirmed that it was",
      { clusters: [view({ declared: [declared(), owner({ deletedAtUtc: NOW })] })], balancers: [shared()] },
      [],
    ],
    [
      "twin: a Service whose uid differs in the last character, which the name lacks",
      {
        clusters: [view({ declared: [declared(), owner({ uid: GONE.replace(/.$/, "f") })] })],
        balancers: [shared()],
      },
      [],
    ],
    [
      "twin: the controller did not name it",
      {
        clusters: [alive],
        balancers: [
          shared({ rules: [rule(UID), { ...stale, name: "billing-TCP-80" }], probes: [probeOf("billing")] }),
        ],
      },
      [],
    ],
    [
      "twin: its frontend is dead, and takes it along",
      {
        clusters: [alive],
        balancers: [
          shared({ frontends: [frontend(), dead], rules: [rule(UID), { ...stale, frontendId: dead.id }] }),
        ],
      },
      ["frontend: orphan"],
    ],
    [
      "twin: the load balancer is public",
      { clusters: [alive], balancers: [shared({ name: "kubernetes" })] },
      [],
    ],
    [
      "stays while Azure changes its load balancer",
      { clusters: [alive], balancers: [shared({ provisioningState: "Updating" })] },
      ["rule: unproved: its provisioning state is Updating"],
    ],
    [
      "stays while the cluster's identity is not bound",
      { clusters: [view({ cluster: unbound, declared: [declared()] })], balancers: [shared()] },
      [expect.stringContaining("rule: unproved: ")],
    ],
    [
      "stays while an operator holds its frontend",
      {
        clusters: [alive],
        balancers: [shared()],
        holds: [{ resourceId: frontend().id, who: "ada", why: "test", sinceUtc: NOW }],
      },
      [expect.stringContaining("rule: unproved: ada holds")],
    ],
    [
      "a probe that no rule uses is one, too",
      { clusters: [alive], balancers: [shared({ rules: [rule(UID)], probes: [probeOf(stale.name)] })] },
      ["rule: orphan"],
    ],
    [
      "a probe is deleted with its rule, and is not listed beside it",
      {
        clusters: [alive],
        balancers: [shared({ rules: [rule(UID), probed], probes: [probeOf(stale.name)] })],
      },
      ["rule: orphan"],
    ],
    [
      "twin: a rule of another Service uses the probe",
      {
        clusters: [alive],
        balancers: [
          shared({
            rules: [{ ...rule(UID), probeId: probeOf(stale.name).id }],
            probes: [probeOf(stale.name)],
          }),
        ],
      },
      [],
    ],
  ])("%s", (_, about, expected) => expect(judge(about)).toEqual(expected));
});
