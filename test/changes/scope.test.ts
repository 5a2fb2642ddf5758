/** Which changes policy only observes: modes bind what Mooring does automatically, the scope binds operators too. */
import { describe, expect, test } from "vitest";
import type { Change } from "../../shared/changes/plan.ts";
import { observedBecause } from "../../shared/changes/policy.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { plsIdIn } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const change: Change = {
  action: "delete",
  capability: "privateLinkServices",
  resourceId: plsIdIn("pls-shop-web"),
  cluster: "one",
  namespace: "shop",
  reason: "r",
  evidence: [],
};
const why = (policy: object, some: Partial<Change> = {}, who = "system") =>
  observedBecause({ ...change, ...some } as Change, Policy.parse(policy), who);
const scoped = (privateLinkServices: object, some: Partial<Change> = {}) =>
  why({ scope: { privateLinkServices } }, some);

describe("a mode", () => {
  const observe = { modes: { privateLinkServices: "observe" } };
  test.each<[string, object, string, string | undefined]>([
    [
      "observe binds what Mooring does automatically",
      observe,
      "system",
      "mode of privateLinkServices is observe",
    ],
    ["observe does not bind an operator", observe, "ann", undefined],
    ["enforce binds neither", { modes: { privateLinkServices: "enforce" } }, "system", undefined],
    [
      "of another capability does not matter",
      { modes: { privateLinkServices: "enforce", sweep: "observe" } },
      "system",
      undefined,
    ],
  ])("%s", (_, policy, who, expected) => expect(why(policy, {}, who)).toBe(expected));
});

describe("a scope", () => {
  test.each<[string, object, string | undefined]>([
    ["of the subscription", { subscriptions: [SUBSCRIPTION] }, undefined],
    ["of another subscription", { subscriptions: ["x"] }, `subscription ${SUBSCRIPTION} is not in scope`],
    [
      "without the subscription",
      { excludeSubscriptions: [SUBSCRIPTION] },
      `subscription ${SUBSCRIPTION} is excluded`,
    ],
    ["of the resource group, in any case", { resourceGroups: ["x", "mc_ONE"] }, undefined],
    ["of another resource group", { resourceGroups: ["x"] }, "resource group MC_one is not in scope"],
    ["without the resource group", { excludeResourceGroups: ["mc_*"] }, "resource group MC_one is excluded"],
    ["of the cluster", { clusters: ["one"] }, undefined],
    ["of another cluster", { clusters: ["two"] }, "cluster one is not in scope"],
    ["without the cluster", { excludeClusters: ["one"] }, "cluster one is excluded"],
    ["of the namespace", { namespaces: ["shop"] }, undefined],
    ["of another namespace", { namespaces: ["bar"] }, "namespace shop is not in scope"],
    ["without the namespace", { excludeNamespaces: ["shop"] }, "namespace shop is excluded"],
    ["of the name", { names: ["pls-*"] }, undefined],
    ["of another name", { names: ["x"] }, "name pls-shop-web is not in scope"],
    ["without the name", { excludeNames: ["*web"] }, "name pls-shop-web is excluded"],
    ["that is empty holds nothing", { clusters: [] }, "cluster one is not in scope"],
    [
      "that holds and excludes it excludes it",
      { names: ["*"], excludeNames: ["pls*"] },
      "name pls-shop-web is excluded",
    ],
  ])("%s", (_, privateLinkServices, expected) => expect(scoped(privateLinkServices)).toBe(expected));

  const { namespace: _none, ...bare } = change;
  const outside = (privateLinkServices: object) =>
    observedBecause(bare, Policy.parse({ scope: { privateLinkServices } }), "system");
  test("a change without a namespace is in no scope of namespaces, and excluded by none", () => {
    expect(outside({ namespaces: ["*"] })).toBe("namespace (unknown) is not in scope");
    expect(outside({ excludeNamespaces: ["*"] })).toBeUndefined();
  });

  test("an id that is not valid is in no scope", () => {
    expect(scoped({ names: ["pls*"] }, { resourceId: "nonsense" })).toBe("name  is not in scope");
  });

  test("binds an operator too", () =>
    expect(why({ scope: { privateLinkServices: { clusters: ["two"] } } }, {}, "ann")).toBe(
      "cluster one is not in scope",
    ));
});

describe("a pattern", () => {
  test.each<[string, boolean]>([
    ["pls-shop-web", true],
    ["PLS-SHOP-WEB", true],
    ["pls-shop", false],
    ["shop-web", false],
    ["pls-shop-web-2", false],
    ["*", true],
    ["**", true],
    ["pls*", true],
    ["*web", true],
    ["pls*web", true],
    ["pls-shop*shop-web", false],
    ["pls-shop-web*pls-shop-web", false],
    ["pls-shop-*web", true],
    ["*shop*", true],
    ["*-*-*", true],
    ["*shop*shop*", false],
    ["*web*shop*", false],
    ["p*shop*web", true],
    ["pls*-web*web", false],
    ["*x*", false],
    ["shop*", false],
    ["*shop", false],
    ["p*p*b", true],
    ["p*b*b", false],
    ["pls-*shop-web*web", false],
  ])("%s fits pls-shop-web: %s", (pattern, fits) =>
    expect(scoped({ names: [pattern] }) === undefined).toBe(fits),
  );
});
