/** What goes with a frontend when it is taken out of a load balancer that lives, and what stays for the others. */
import { describe, expect, test } from "vitest";
import type { Change } from "../../shared/changes/plan.ts";
import type { LoadBalancer, Rule } from "../../shared/azure/networkModel.ts";
import type { Quarantined } from "../../shared/orphans/model.ts";
import { removedBy, removeFrontend } from "../../shared/orphans/removeFrontend.ts";
import { balancer, balancerId, frontend, NOW } from "../builders/world.ts";

const DEAD = frontend({ name: "dead" });
const LIVING = frontend({ name: "living" });
const child = (list: string, name: string) => `${balancerId()}/${list}/${name}`;
const pool = (name: string, members = 0) => ({ id: child("backendAddressPools", name), name, members });
const probe = (name: string) => ({ id: child("probes", name), name });

const rule = (name: string, on = DEAD, { pools = ["own"], probe = "" } = {}): Rule => ({
  id: child("loadBalancingRules", name),
  name,
  frontendId: on.id,
  protocol: "Tcp",
  port: 80,
  poolIds: pools.map((one) => child("backendAddressPools", one)),
  ...(probe && { probeId: child("probes", probe) }),
});

const row = (some: Partial<Quarantined> = {}): Quarantined => ({
  resourceId: DEAD.id,
  kind: "frontend",
  cluster: "one",
  reason: "no Service uses it",
  evidence: [{ says: "so", source: "Azure", atUtc: NOW }],
  quarantinedAtUtc: NOW,
  deleteAfterUtc: NOW,
  lastProvedAtUtc: NOW,
  subject: "s",
  sequence: 1,
  ...some,
});

/** `list: name name` for each list that loses something, in the order of the edits. */
function taken(some: Partial<LoadBalancer>, quarantined = row()): string[] {
  const change = removeFrontend(quarantined, balancer({ frontends: [DEAD, LIVING], probes: [], ...some }));
  if (change.action !== "update") throw new Error(change.action);
  return change.edits.map((edit) =>
    "remove" in edit ? `${edit.path.split(".").at(-1)}: ${edit.remove?.join(" ")}` : edit.path,
  );
}

describe("a frontend takes with it", () => {
  const FRONTEND = "frontendIPConfigurations: dead";
  test.each<[string, Partial<LoadBalancer>, string[]]>([
    ["nothing, if it has no rules", { rules: [], pools: [pool("own")], probes: [probe("p")] }, [FRONTEND]],
    [
      "its own rules, probes and empty pools, in the order in which Azure takes them",
      {
        rules: [rule("a", DEAD, { probe: "p" }), rule("b", DEAD, { probe: "p" })],
        pools: [pool("own")],
        probes: [probe("p")],
      },
      ["loadBalancingRules: a b", "probes: p", FRONTEND, "backendAddressPools: own"],
    ],
    [
      "no pool that has members: its machines are another owner's",
      { rules: [rule("a")], pools: [pool("own", 1)] },
      ["loadBalancingRules: a", FRONTEND],
    ],
    [
      "neither a probe nor a pool that a rule of another frontend uses",
      {
        rules: [rule("a", DEAD, { probe: "p" }), rule("b", LIVING, { probe: "p" })],
        pools: [pool("own")],
        probes: [probe("p")],
      },
      ["loadBalancingRules: a", FRONTEND],
    ],
    [
      "neither a probe nor a pool that no rule of it uses",
      {
        rules: [rule("a", DEAD, { probe: "p" }), rule("b", LIVING, { pools: [], probe: "" })],
        pools: [pool("own"), pool("spare")],
        probes: [probe("p"), probe("spare")],
      },
      ["loadBalancingRules: a", "probes: p", FRONTEND, "backendAddressPools: own"],
    ],
    [
      "every one of several pools of a rule that is empty",
      {
        rules: [rule("a", DEAD, { pools: ["own", "second", "full"] })],
        pools: [pool("own"), pool("second"), pool("full", 2)],
      },
      ["loadBalancingRules: a", FRONTEND, "backendAddressPools: own second"],
    ],
  ])("%s", (_, some, expected) => expect(taken(some)).toEqual(expected));

  test("the same, in whatever case Azure wrote its ids", () => {
    const rules = [rule("a", { ...DEAD, id: DEAD.id.toUpperCase() })];
    expect(taken({ rules, pools: [pool("own")] })).toEqual([
      "loadBalancingRules: a",
      "frontendIPConfigurations: dead",
      "backendAddressPools: own",
    ]);
  });
});

test("the change is an update of the load balancer, with the evidence and the reason of the quarantine", () => {
  expect(removeFrontend(row(), balancer({ frontends: [DEAD, LIVING] }))).toMatchObject({
    action: "update",
    capability: "sweep",
    resourceId: balancerId(),
    cluster: "one",
    reason: `orphaned frontend in quarantine since ${NOW}: no Service uses it`,
    evidence: [{ says: "so" }],
  });
});

test.each<[string, Change, string[]]>([
  [
    "an update removes the frontends that it takes out, and nothing else that is in quarantine",
    removeFrontend(row(), balancer({ frontends: [DEAD, LIVING], rules: [rule("a")] })),
    [DEAD.id],
  ],
  [
    "a delete removes its resource",
    { ...removeFrontend(row(), balancer()), action: "delete" },
    [balancerId()],
  ],
  [
    "an update of a value removes nothing",
    {
      ...removeFrontend(row(), balancer()),
      action: "update",
      edits: [{ path: "properties.frontendIPConfigurations", before: [], after: [] }],
    },
    [],
  ],
  [
    "nor does an update that puts a frontend back",
    {
      ...removeFrontend(row(), balancer()),
      action: "update",
      edits: [{ path: "properties.frontendIPConfigurations", add: [{ name: "dead" }] }],
    },
    [],
  ],
])("%s", (_, change, ids) => expect(removedBy(change)).toEqual(ids));
