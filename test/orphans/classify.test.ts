import { describe, expect, test } from "vitest";
import { findOrphans } from "../../shared/orphans/classify.ts";
import type { Hold } from "../../shared/orphans/model.ts";
import type { ClusterView, World } from "../../shared/orphans/world.ts";
import { baseName } from "../../shared/intents/frontendName.ts";
import type { Link, LoadBalancer } from "../../shared/network/model.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  link,
  linkIdIn,
  linkIntent,
  NOW,
  snapshot,
  UID,
  view,
} from "../builders/world.ts";

const OTHER = "ffffffff-1111-2222-3333-444444444444";

interface Case {
  clusters?: ClusterView[];
  balancers?: LoadBalancer[];
  links?: Link[];
  holds?: Hold[];
}

function judge({ clusters = [view()], balancers = [balancer()], links = [], holds = [] }: Case): string[] {
  const world: World = {
    clusters,
    balancers,
    links,
    holds,
    nowUtc: NOW,
    freshSinceUtc: "2026-11-23T11:00:00.000Z",
  };
  return findOrphans(world).map(({ kind, verdict, missing, against }) =>
    [kind, verdict, ...missing, ...against].join(": "),
  );
}

const gone = view({ state: "gone", declared: [declared()] });
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
const linked = intent({ link: linkIntent() });
const parked = { ...link({ connections: [] }), id: linkIdIn("pls", "rg-links") };

describe("each way in which orphans arise, and its twin that is alive", () => {
  test.each<[string, Case, string[]]>([
    [
      "Services deleted while the controller was down: nothing in a fresh snapshot owns the load balancer",
      {},
      ["loadBalancer: orphan"],
    ],
    ["twin: the Service is still declared", { clusters: [view({ declared: [declared()] })] }, []],
    ["cluster deleted, load balancer left", { clusters: [gone] }, ["loadBalancer: orphan"]],
    [
      "twin: the cluster cannot be read",
      { clusters: [view({ state: "unknown" })] },
      ["loadBalancer: unproved: whether cluster one exists could not be read"],
    ],
    [
      "cluster deleted, link lives in another resource group",
      { clusters: [gone], balancers: [], links: [parked] },
      ["link: orphan"],
    ],
    [
      "twin: a consumer's endpoint is alive on it",
      { clusters: [gone], balancers: [], links: [{ ...parked, connections: [connection()] }] },
      ["link: unproved: connection pe.1 is approved"],
    ],
    [
      "twin: a consumer still waits",
      {
        clusters: [gone],
        balancers: [],
        links: [{ ...parked, connections: [connection({ status: "Pending" })] }],
      },
      ["link: unproved: connection pe.1 is pending"],
    ],
    [
      "consumers have left: disconnected connections keep nothing alive",
      {
        clusters: [gone],
        balancers: [],
        links: [{ ...parked, connections: [connection({ status: "Disconnected" })] }],
      },
      ["connection: orphan", "link: orphan"],
    ],
    [
      "cluster rebuilt from backup: Services return with new UIDs",
      { clusters: [view({ declared: [declared({ uid: OTHER })] })] },
      ["loadBalancer: orphan"],
    ],
    [
      "twin: the new Service asks for the old frontend's address and so shares it",
      {
        clusters: [
          view({
            declared: [declared({ uid: OTHER, intent: intent({ addresses: { ipv4: "10.0.1.10" } }) })],
          }),
        ],
      },
      [],
    ],
    [
      "twin: the primary is gone, a secondary's rules are on its frontend",
      {
        clusters: [view({ declared: [declared({ uid: OTHER })] })],
        balancers: [balancer({ rules: [rule(OTHER)] })],
      },
      [],
    ],
    [
      "a namespace force-deleted: rules of nobody are no life",
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
      "a Service withdrew azure-pls-create: the controller leaves the link behind",
      { clusters: [view({ declared: [declared()] })], links: [link()] },
      ["link: orphan"],
    ],
    [
      "twin: it still declares the link",
      { clusters: [view({ declared: [declared({ intent: linked })] })], links: [link()] },
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
        links: [link()],
      },
      [],
    ],
    [
      "twin: consumers are still connected to it",
      { clusters: [view({ declared: [declared()] })], links: [link({ connections: [connection()] })] },
      ["link: unproved: connection pe.1 is approved"],
    ],
    [
      "a consumer deleted its endpoint and left a connection on a link that lives",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        links: [link({ connections: [connection({ status: "Disconnected" })] })],
      },
      ["connection: orphan"],
    ],
    [
      "twin: the link is tagged off",
      {
        clusters: [view({ declared: [declared({ intent: linked })] })],
        links: [
          link({
            tags: { ...link().tags, mooring: "off" },
            connections: [connection({ status: "Disconnected" })],
          }),
        ],
      },
      ["connection: unproved: it is tagged mooring: off"],
    ],
    [
      "a Service that is being deleted is alive until a snapshot misses it",
      { clusters: [view({ declared: [declared({ deletedAtUtc: NOW })] })] },
      [],
    ],
  ])("%s", (_, world, expected) => expect(judge(world)).toEqual(expected));
});

describe("what is not proved is left alone, and says what is missing", () => {
  test.each<[string, Case, string[]]>([
    [
      "no snapshot ever",
      { clusters: [{ cluster: cluster(), state: "present", declared: [] }] },
      ["loadBalancer: unproved: cluster one never sent a snapshot"],
    ],
    [
      "an old snapshot",
      { clusters: [view({ snapshot: snapshot({ takenAtUtc: "2026-11-23T10:59:00.000Z" }) })] },
      ["loadBalancer: unproved: the snapshot of one is from 2026-11-23T10:59:00.000Z"],
    ],
    [
      "a snapshot that is suddenly far smaller",
      { clusters: [view({ snapshot: snapshot({ services: 4, previousServices: 10 }) })] },
      ["loadBalancer: unproved: the snapshot of one fell from 10 to 4 Services"],
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
      "a frontend that somebody put on the controller's load balancer by hand",
      {
        clusters: [gone],
        balancers: [balancer({ frontends: [frontend({ name: "db-primary" })], rules: [] })],
      },
      ["loadBalancer: unproved: frontend db-primary is not the controller's"],
    ],
    [
      "a public frontend",
      { balancers: [balancer({ frontends: [frontend({ isPublic: true })] })] },
      ["loadBalancer: unproved: it has a public frontend"],
    ],
    [
      "it is being written",
      { balancers: [balancer({ provisioningState: "Updating" })] },
      ["loadBalancer: unproved: it is Updating"],
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
      "a frontend beside a living one, with a link in use",
      {
        clusters: [view({ declared: [declared()] })],
        balancers: [balancer({ frontends: [frontend(), dead] })],
        links: [link({ frontendIds: [dead.id], connections: [connection()] })],
      },
      [
        "frontend: unproved: link pls stands on it: connection pe.1 is approved",
        "link: unproved: connection pe.1 is approved",
      ],
    ],
    [
      "a link in use stands on it",
      { links: [link({ connections: [connection()] })] },
      [
        "loadBalancer: unproved: link pls stands on it and may be in use",
        "link: unproved: connection pe.1 is approved",
      ],
    ],
  ])("%s", (_, world, expected) => expect(judge(world)).toEqual(expected));
});

describe("what is not ours is not even a candidate", () => {
  test.each<[string, Case]>([
    [
      "a load balancer of no known cluster",
      {
        balancers: [
          balancer({ id: balancerId("MC_other"), frontends: [frontend({}, balancerId("MC_other"))] }),
        ],
      },
    ],
    ["the cluster's public load balancer", { balancers: [balancer({ name: "kubernetes" })] }],
    ["a link without the controller's tags", { balancers: [], links: [link({ tags: {} })] }],
    [
      "a link on a load balancer of no known cluster",
      { balancers: [], links: [link({ frontendIds: [frontend({}, balancerId("MC_other")).id] })] },
    ],
  ])("%s", (_, world) => expect(judge(world)).toEqual([]));
});
