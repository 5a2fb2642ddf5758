/** What one write takes out of a load balancer for a deleted Service, and what stays for the others. */
import { describe, expect, test } from "vitest";
import { isListEdit } from "../../shared/changes/plan.ts";
import { lossesOf } from "../../shared/changes/undo.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Rule } from "../../shared/azure/networkModel.ts";
import type { Quarantined } from "../../shared/orphans/model.ts";
import { decidingList, removedBy } from "../../shared/orphans/removeFrontend.ts";
import { removeRules } from "../../shared/orphans/staleRules.ts";
import { balancer, balancerId, frontend, NOW, UID } from "../builders/world.ts";

const [GONE, OTHER] = ["e", "f"].map((digit) => baseName(digit.repeat(32))) as [string, string];
const LIVING = baseName(UID);
const child = (list: string, name: string) => `${balancerId()}/${list}/${name}`;
const probe = (name: string) => ({ id: child("probes", name), name });
const rule = (name: string, probeName = name): Rule => ({
  id: child("loadBalancingRules", name),
  name,
  frontendId: frontend().id,
  protocol: "Tcp",
  port: 80,
  poolIds: [child("backendAddressPools", "kubernetes")],
  probeId: child("probes", probeName),
});
const row = (resourceId: string): Quarantined => ({
  resourceId,
  kind: "rule",
  cluster: "one",
  reason: "no Service has it",
  evidence: [{ says: "so", source: "Azure", atUtc: NOW }],
  quarantinedAtUtc: NOW,
  deleteAfterUtc: NOW,
  lastProvedAtUtc: NOW,
  subject: "s",
  sequence: 1,
});
const ofRule = (name: string) => row(child("loadBalancingRules", name));
const ofProbe = (name: string) => row(child("probes", name));

const [A, B, C, D] = [`${GONE}-TCP-80`, `${GONE}-TCP-81`, `${OTHER}-TCP-82`, `${LIVING}-TCP-83`];

describe("what goes", () => {
  test.each<[string, Quarantined[], Rule[], string[], string[]]>([
    [
      "all rules of a Service, with their probes, in one write",
      [ofRule(A), ofRule(B)],
      [rule(A), rule(B), rule(D)],
      [A, B, D],
      [`loadBalancingRules: ${A} ${B}; probes: ${A} ${B}`],
    ],
    [
      "two Services in two writes",
      [ofRule(A), ofRule(C)],
      [rule(A), rule(C), rule(D)],
      [A, C, D],
      [`loadBalancingRules: ${A}; probes: ${A}`, `loadBalancingRules: ${C}; probes: ${C}`],
    ],
    [
      "not a rule that is not due, nor the probe that it uses",
      [ofRule(A)],
      [rule(A), rule(B, A)],
      [A],
      [`loadBalancingRules: ${A}`],
    ],
    [
      "not a probe that is named for no Service of it",
      [ofRule(A)],
      [rule(A, "shared")],
      ["shared"],
      [`loadBalancingRules: ${A}`],
    ],
    ["a probe alone", [ofProbe(B)], [rule(D)], [B, D], [`probes: ${B}`]],
    ["nothing of what is not there any more", [ofRule(A)], [rule(D)], [D], []],
  ])("%s", (_, rows, rules, probes, expected) => {
    const changes = removeRules(rows, balancer({ rules, probes: probes.map(probe) }));
    const told = changes.map((change) =>
      change.action === "update"
        ? change.edits
            .filter(isListEdit)
            .map(({ path, remove = [] }) => `${path.split(".").at(-1)}: ${remove.join(" ")}`)
            .join("; ")
        : change.action,
    );
    expect(told).toEqual(expected);
  });
});

test("the write names its rows, and an undo loses nothing", () => {
  const [change] = removeRules(
    [ofRule(A), ofRule(B)],
    balancer({ rules: [rule(A), rule(B)], probes: [probe(A)] }),
  );
  if (change?.action !== "update") throw new Error("no update");
  expect(change).toMatchObject({ capability: "sweep", resourceId: balancerId(), cluster: "one" });
  expect(removedBy(change)).toEqual([ofRule(A).resourceId, ofRule(B).resourceId]);
  expect(decidingList(change)).toBe("loadBalancingRules");
  expect(lossesOf(change)).toEqual([]);
  const [alone] = removeRules([ofProbe(B)], balancer({ rules: [], probes: [probe(B)] }));
  expect(alone && removedBy(alone)).toEqual([ofProbe(B).resourceId]);
});
