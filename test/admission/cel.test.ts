/** The rules in CEL give the same results as the rules, evaluated by a CEL library as an API server would. */
import { existsSync, readFileSync } from "node:fs";
import { BlockList, isIP, isIPv4 } from "node:net";
import { join } from "node:path";
import { Environment } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANNOTATIONS } from "../../shared/kubernetes/annotations.ts";
import { isLoadBalancer, isOfOtherController, Service } from "../../shared/kubernetes/service.ts";
import { celValidations, celVariables, UNTOUCHED, WEBHOOK_ONLY } from "../../shared/admission/cel.ts";
import { declarationOf } from "../../shared/admission/gather.ts";
import { admissionModeFor, allowedFor, severitiesFor } from "../../shared/admission/permitted.ts";
import { checkRules, RULES } from "../../shared/admission/rules.ts";
import { Policy } from "../../shared/policy/policy.ts";
import { PARTNER } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

class Ip {
  readonly text: string;
  constructor(text: string) {
    this.text = isIPv4(text) ? text : new URL(`http://[${text}]`).hostname;
  }
}
class Cidr {
  readonly list = new BlockList();
  constructor(text: string) {
    const [base = "", bits] = text.split("/");
    this.list.addSubnet(base, Number(bits), isIPv4(base) ? "ipv4" : "ipv6");
  }
}
// Kubernetes' own additions to CEL.
const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
  .registerType("kubernetes.IP", Ip)
  .registerType("kubernetes.CIDR", Cidr)
  .registerFunction("isIP(string): bool", (text: string) => isIP(text) !== 0)
  .registerFunction("ip(string): kubernetes.IP", (text: string) => new Ip(text))
  .registerFunction("cidr(string): kubernetes.CIDR", (text: string) => new Cidr(text))
  .registerFunction("kubernetes.CIDR.containsIP(string): bool", (range: Cidr, text: string) =>
    range.list.check(text, isIPv4(text) ? "ipv4" : "ipv6"),
  )
  .registerOperator("kubernetes.IP == kubernetes.IP", (a: Ip, b: Ip) => a.text === b.text);
const compiled = new Map<string, ReturnType<typeof cel.parse>>();
function evaluate(expression: string, context: object): unknown {
  const known = compiled.get(expression) ?? cel.parse(expression);
  compiled.set(expression, known);
  return known(context);
}

interface Case {
  object: object;
  old?: object | undefined;
  policy?: Policy;
}

/** Rule and severity of the API server's result. */
function judged({ object, old, policy = Policy.parse({}) }: Case): string[] {
  const base = { object, oldObject: old ?? null, request: { namespace: "shop" } };
  const variables: Record<string, unknown> = {};
  for (const { name, expression } of celVariables({ defaultSubnet: "apps", nodeResourceGroup: "MC_one" }))
    variables[name] = evaluate(expression, { ...base, variables });
  return (["deny", "warn"] as const)
    .flatMap((severity) =>
      celValidations(policy, "one", severity)
        .filter(({ expression }) => evaluate(expression, { ...base, variables }) !== true)
        .map(({ message }) => `${/^\[([\w-]+)\]/.exec(message)?.[1]} ${severity}`),
    )
    .toSorted();
}

/** The webhook's result for the same rules. */
function ruled({ object, old, policy = Policy.parse({}) }: Case): string[] {
  const place = { cluster: "one", namespace: "shop" };
  const [service, before] = [Service.parse(object), old && Service.parse(old)];
  const input = {
    ...declarationOf(service),
    ...(isOfOtherController(service) && { otherClass: service.spec.loadBalancerClass ?? "" }),
    ...(isLoadBalancer(before) && { old: declarationOf(before) }),
    allowed: allowedFor(policy, place),
    nodeResourceGroup: "MC_one",
  };
  const webhookOnly = new Set(WEBHOOK_ONLY.map(({ id }) => id));
  const found = checkRules(input, severitiesFor(policy, place)).filter(({ rule }) => !webhookOnly.has(rule));
  // In warn mode no rule refuses.
  const isWarned = admissionModeFor(policy, place) === "warn";
  return [
    ...new Set(found.map(({ rule, severity }) => `${rule} ${isWarned ? "warn" : severity}`)),
  ].toSorted();
}

const service = (annotations: object, spec: object = {}, status?: object) => ({
  metadata: { name: "web", namespace: "shop", annotations },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  ...(status && { status }),
});

test("only rules that need Azure state, the edit distance and other manifests have no CEL", () =>
  expect(WEBHOOK_ONLY.filter(({ needsState }) => !needsState).map(({ id }) => id)).toEqual([
    "unknown-annotation",
    "annotation-outside-service",
  ]));

describe("the shared cases", () => {
  const path = [
    join(import.meta.dirname, "../../../shared/vectors/annotations.json"),
    join(import.meta.dirname, "../annotations/cases.json"),
  ].find(existsSync);
  const more = join(import.meta.dirname, "../annotations/moreCases.json");
  const cases: any[] = [path ?? "", more].flatMap((one) => JSON.parse(readFileSync(one, "utf8")).cases);
  test.each(cases.map((one) => [one.id, one] as const))("%s", (_, { annotations, spec, old }) => {
    const about = {
      object: service(annotations, spec),
      old: old && service(old.annotations, old.spec ?? spec),
    };
    expect(judged(about)).toEqual(ruled(about));
  });
});

const policy = Policy.parse({
  rules: { "pls-visibility-everyone": "deny", "load-balancer-ip-deprecated": "off" },
  overrides: [{ namespaces: ["shop"], rules: { "pls-proxy-protocol": "deny", "pls-fqdn-malformed": "off" } }],
  subnets: [
    { namespaces: ["shop"], allowed: ["apps", "Private Link Services"] },
    { clusters: ["two"], allowed: ["none"] },
  ],
  privateLinkServices: { visibility: [SUBSCRIPTION], autoApproval: [SUBSCRIPTION] },
  excludedRanges: ["10.0.1.0/28", "fd00::/120"],
});

const WARN = { admission: "warn" };
const warnedInShop = Policy.parse({ ...policy, overrides: [{ namespaces: ["shop"], modes: WARN }] });
const enforcedInShop = Policy.parse({
  ...policy,
  modes: WARN,
  overrides: [{ clusters: ["one"], namespaces: ["shop"], modes: { admission: "enforce" } }],
});

const addresses = [
  "100.64.0.1",
  "20.1.2.3",
  "10.0.1.5",
  "10.0.1.50",
  "010.0.0.1",
  "10.1",
  " 10.0.0.1",
  "fd00::5",
  "FD00::0:5",
  "fd01::1",
  "::ffff:1.2.3.4",
  "x",
  "",
];
const words = ["true", "True", " true ", "false", "yes", "", "on", "1"];
const subscriptions = [
  SUBSCRIPTION,
  PARTNER.toUpperCase(),
  "*",
  "not-an-id",
  `${SUBSCRIPTION},${PARTNER}`,
  "",
];
const many = (texts: readonly string[]) =>
  fc.array(fc.constantFrom(...texts), { maxLength: 4 }).map((some) => some.join(" "));
const tooMany = Array.from({ length: 101 }, (_, n) => SUBSCRIPTION.replace(/.{3}$/, String(n + 100))).join(
  " ",
);
const value: Record<keyof typeof ANNOTATIONS, fc.Arbitrary<string>> = {
  internal: fc.constantFrom("true", "true", "true", ...words),
  internalSubnet: fc.constantFrom("apps", "PRIVATE_LINK_SERVICES", "other", " ", "quote'\"\\"),
  ipv4: fc.constantFrom(...addresses),
  ipv6: fc.constantFrom(...addresses),
  disableFloatingIp: fc.constantFrom(...words),
  haPorts: fc.constantFrom(...words),
  configurations: fc.constantFrom("a", "a,b", ""),
  publicIpName: fc.constantFrom("edge", ""),
  publicIpNameIpv6: fc.constantFrom("edge6", ""),
  plsCreate: fc.constantFrom("true", "true", ...words),
  plsName: fc.constantFrom("pls", "PLS", " pls ", "-bad", "other_", "x".repeat(81), "", " "),
  plsResourceGroup: fc.constantFrom("rg", " RG ", "mc_one", ""),
  plsSubnet: fc.constantFrom("pls", "apps"),
  plsAddressCount: fc.constantFrom("0", "1", "+2", "008", "9", " 3 ", "three", "", "-1", "0000000001"),
  plsAddresses: many([...addresses, "10.0.1.60", "10.0.1.61"]),
  plsFqdns: many(["app.example.com", "https://x", "a_b", `${"x".repeat(63)}.`.repeat(4)]),
  plsProxyProtocol: fc.constantFrom(...words),
  plsVisibility: fc.oneof(
    { weight: 5, arbitrary: many(subscriptions) },
    fc.constant(tooMany),
    fc.constant(`* ${tooMany}`),
  ),
  plsAutoApproval: fc.oneof({ weight: 5, arbitrary: many(subscriptions) }, fc.constant(tooMany)),
};
const annotated = fc.record(
  {
    "mooring.dev/address": fc.constantFrom("auto", "auto", "Auto"),
    "mooring.dev/address-pool": fc.constant("edge"),
    "mooring.dev/allow-disconnect": fc.constantFrom("true", "false"),
    "mooring.dev/replaces": fc.constantFrom("shop/web", " two/shop/web ", "web", ""),
    ...Object.fromEntries(
      Object.entries(value).map(([name, text]) => [ANNOTATIONS[name as keyof typeof ANNOTATIONS].key, text]),
    ),
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    loadBalancerIP: fc.constantFrom(...addresses),
    ipFamilies: fc.constantFrom(["IPv4"], ["IPv6"], ["IPv4", "IPv6"]),
    ipFamilyPolicy: fc.constantFrom("SingleStack", "PreferDualStack", "RequireDualStack"),
  },
  { requiredKeys: [] },
);
const anyService = fc
  .tuple(annotated, spec, fc.constantFrom(undefined, "10.0.1.5", "fd00::5"))
  .map(([annotations, some, ip]) =>
    service(annotations, some, ip === undefined ? undefined : { loadBalancer: { ingress: [{ ip }] } }),
  );
/** Whichever controller has it. */
const eitherService = fc
  .tuple(anyService, fc.integer({ min: 0, max: 9 }))
  .map(([one, dice]) =>
    dice > 0 ? one : { ...one, spec: { ...one.spec, loadBalancerClass: "example.com/other" } },
  );

describe("any Service", () => {
  test("is judged alike on create and on update, under any of these policies", () =>
    fc.assert(
      fc.property(
        eitherService,
        fc.option(eitherService, { nil: undefined }),
        fc.constantFrom(Policy.parse({}), policy, warnedInShop, enforcedInShop),
        (object, old, one) => {
          expect(judged({ object, old, policy: one })).toEqual(ruled({ object, old, policy: one }));
        },
      ),
      { numRuns: 600 },
    ));

  test("every rule in CEL has fired at least once in such Services", () => {
    const fired = new Set<string>();
    fc.assert(
      fc.property(eitherService, fc.option(eitherService, { nil: undefined }), (object, old) => {
        for (const one of judged({ object, old, policy })) fired.add(one.split(" ")[0] ?? "");
      }),
      { numRuns: 1000, seed: 7 },
    );
    const off = ["load-balancer-ip-deprecated", "pls-fqdn-malformed"];
    const expected = RULES.filter((rule) => rule.cel && !off.includes(rule.id)).map(({ id }) => id);
    expect(expected.filter((id) => !fired.has(id))).toEqual([]);
  });
});

describe("an update is judged", () => {
  const web = service({ [ANNOTATIONS.internal.key]: "True", team: "a" });
  const others = (annotations: object) => service(annotations, { loadBalancerClass: "example.com/other" });
  const othersWeb = others({ [ANNOTATIONS.internal.key]: "True" });
  test.each<[string, object, object | null, boolean]>([
    ["not when labels change", { ...web, metadata: { ...web.metadata, labels: { a: "b" } } }, web, false],
    [
      "not when an annotation of another controller changes",
      service({ [ANNOTATIONS.internal.key]: "True", team: "b" }),
      web,
      false,
    ],
    ["when an annotation of ours changes", service({ [ANNOTATIONS.internal.key]: "yes" }), web, true],
    ["when one goes", service({}), web, true],
    ["when one comes", web, service({}), true],
    [
      "when a port changes",
      service({ [ANNOTATIONS.internal.key]: "True" }, { ports: [{ port: 81 }] }),
      web,
      true,
    ],
    [
      "when the family policy changes",
      service({ [ANNOTATIONS.internal.key]: "True" }, { ipFamilyPolicy: "RequireDualStack" }),
      web,
      true,
    ],
    [
      "when the Service was another controller's",
      web,
      { ...web, spec: { ...web.spec, loadBalancerClass: "example.com/other" } },
      true,
    ],
    [
      "when loadBalancerIP comes",
      service({ [ANNOTATIONS.internal.key]: "True" }, { loadBalancerIP: "10.0.0.1" }),
      web,
      true,
    ],
    ["not when another controller's has the same annotations", othersWeb, othersWeb, false],
    ["when another controller's gets one of ours", othersWeb, others({}), true],
    ["when the Service becomes a load balancer", web, { ...web, spec: { type: "ClusterIP" } }, true],
    ["when it is made", web, null, true],
  ])("%s", (_, object, oldObject, expected) =>
    expect(!evaluate(UNTOUCHED, { object, oldObject })).toBe(expected),
  );
});
