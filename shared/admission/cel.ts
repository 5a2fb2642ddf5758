/**
 * The rules that need no Azure state, as CEL for a ValidatingAdmissionPolicy: they apply while the webhook is unavailable. Pure.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { IPV4, IPV6, LIKE_IPV4 } from "../azure/addressPattern.ts";
import { ANNOTATIONS } from "../kubernetes/annotations.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Policy } from "../policy/policy.ts";
import { admissionModeFor, severitiesFor, type Place } from "./permitted.ts";
import { celList, celText, type CelPolicy, type Rule, type Severity } from "./rule.ts";
import { RULES } from "./rules.ts";

export interface CelVariable {
  readonly name: string;
  readonly expression: string;
}

export interface Validation {
  /** True if the Service is valid. */
  readonly expression: string;
  readonly message: string;
}

/** The same as `isLoadBalancer`. */
const isBalancer = (object: string) =>
  `${object}.spec.type == "LoadBalancer" && !has(${object}.spec.loadBalancerClass)`;
/** An annotation or "". */
const text = (name: keyof typeof ANNOTATIONS, of = "annotations") => {
  const key = celText(ANNOTATIONS[name].key);
  return `${key} in variables.${of} ? variables.${of}[${key}] : ""`;
};
/** The entries of a space-separated list, as the cloud controller splits it. */
const tokens = (name: keyof typeof ANNOTATIONS) =>
  `(${text(name)}).trim().split(" ").map(token, token.trim()).filter(token, token != "")`;
const isTrue = (expression: string) => `(${expression}).trim().lowerAscii() == "true"`;
const ingress =
  "variables.isUpdate && has(oldObject.status) && has(oldObject.status.loadBalancer) && has(oldObject.status.loadBalancer.ingress)";

/** `spec.loadBalancerIP` applies to the family that its text resembles, unless the family's annotation is set. */
const asked = (family: "4" | "6", { annotation, field }: { annotation: string; field: string }) => {
  const counts = `${family === "4" ? "" : "!"}variables.${field}.matches("${LIKE_IPV4}")`;
  return `variables.${annotation} != "" ? variables.${annotation} : (${counts} ? variables.${field} : "")`;
};
const valid = (name: string, pattern: string, when: string) =>
  `variables.${when} && variables.${name}.matches("${pattern}") ? [variables.${name}] : []`;

/** In lower case; `blank` if it is blank. */
const lowerOr = (expression: string, blank: string) =>
  `((${expression}).trim() != "" ? (${expression}) : ${celText(blank)}).lowerAscii()`;

/** Ordered so that each variable uses only earlier ones. */
const named = ({ defaultSubnet, nodeResourceGroup }: CelCluster): Record<string, string> => ({
  annotations: "has(object.metadata.annotations) ? object.metadata.annotations : {}",
  isOthers: "has(object.spec.loadBalancerClass)",
  isUpdate: `oldObject != null && ${isBalancer("oldObject")}`,
  oldAnnotations:
    "variables.isUpdate && has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {}",
  internal: text("internal"),
  isInternal: 'variables.internal == "true"',
  wasInternal: `(${text("internal", "oldAnnotations")}) == "true"`,
  namedSubnet: text("internalSubnet"),
  frontendSubnet: lowerOr(text("internalSubnet"), ""),
  oldFrontendSubnet: lowerOr(text("internalSubnet", "oldAnnotations"), ""),
  subnet: `variables.namedSubnet.trim() != "" ? variables.namedSubnet : ${celText(defaultSubnet)}`,
  familyPolicy: 'has(object.spec.ipFamilyPolicy) ? object.spec.ipFamilyPolicy : ""',
  namedFamilies:
    'has(object.spec.ipFamilies) && size(object.spec.ipFamilies) > 0 ? object.spec.ipFamilies : ["IPv4"]',
  families:
    'variables.familyPolicy == "RequireDualStack" && size(variables.namedFamilies) < 2 ? ["IPv4", "IPv6"] : variables.namedFamilies',
  loadBalancerIP: 'has(object.spec.loadBalancerIP) ? object.spec.loadBalancerIP : ""',
  oldLoadBalancerIP:
    'variables.isUpdate && has(oldObject.spec.loadBalancerIP) ? oldObject.spec.loadBalancerIP : ""',
  ipv4Annotation: text("ipv4"),
  ipv6Annotation: text("ipv6"),
  oldIpv4Annotation: text("ipv4", "oldAnnotations"),
  oldIpv6Annotation: text("ipv6", "oldAnnotations"),
  ipv4: asked("4", { annotation: "ipv4Annotation", field: "loadBalancerIP" }),
  ipv6: asked("6", { annotation: "ipv6Annotation", field: "loadBalancerIP" }),
  oldIpv4: asked("4", { annotation: "oldIpv4Annotation", field: "oldLoadBalancerIP" }),
  oldIpv6: asked("6", { annotation: "oldIpv6Annotation", field: "oldLoadBalancerIP" }),
  valid4: valid("ipv4", IPV4, "isInternal"),
  valid6: valid("ipv6", IPV6, "isInternal"),
  live: `${ingress} ? oldObject.status.loadBalancer.ingress.filter(one, has(one.ip)).map(one, one.ip) : []`,
  were4: `variables.live.filter(one, one.matches("${IPV4}")) + (${valid("oldIpv4", IPV4, "wasInternal")})`,
  were6: `variables.live.filter(one, one.matches("${IPV6}")) + (${valid("oldIpv6", IPV6, "wasInternal")})`,
  plsCreate: text("plsCreate"),
  hasPls: isTrue("variables.plsCreate"),
  hadPls: isTrue(text("plsCreate", "oldAnnotations")),
  floatingIpDisabled: `(${text("disableFloatingIp")}).lowerAscii() == "true"`,
  plsName: text("plsName"),
  oldPlsName: `(${text("plsName", "oldAnnotations")}).trim()`,
  plsGroup: lowerOr(`(${text("plsResourceGroup")}).trim()`, nodeResourceGroup),
  oldPlsGroup: lowerOr(`(${text("plsResourceGroup", "oldAnnotations")}).trim()`, nodeResourceGroup),
  plsAddressCount: text("plsAddressCount"),
  plsProxyProtocol: text("plsProxyProtocol"),
  natIps: tokens("plsAddresses"),
  places: `[${Array.from({ length: 64 }, (_, place) => place).join(", ")}]`,
  fqdns: tokens("plsFqdns"),
  visibility: tokens("plsVisibility"),
  autoApproval: tokens("plsAutoApproval"),
});

/** The defaults of Services that set neither subnet nor resource group. */
type CelCluster = Pick<Cluster, "defaultSubnet" | "nodeResourceGroup">;

export function celVariables(cluster: CelCluster): CelVariable[] {
  return Object.entries(named(cluster)).map(([name, expression]) => ({ name, expression }));
}

/** What a Service of the cluster must fulfil, from the rules of one severity; severities may differ by namespace. */
export function celValidations(policy: Policy, cluster: string, severity: "deny" | "warn"): Validation[] {
  return RULES.flatMap((rule) => {
    const fires = rule.cel?.(ofCluster(policy, cluster));
    const where = whereSeverity(policy, { cluster, rule, severity });
    if (fires === undefined || where === undefined) return [];
    const whose = `${rule.ofOtherControllers ? "" : "!"}variables.isOthers && `;
    return [
      { expression: `!(${where}${whose}(${fires}))`, message: `[${rule.id}] ${rule.title}. ${rule.docs}` },
    ];
  });
}

const CHANGES_NOTHING = (one: string, other: string) =>
  `(!has(${one}.metadata.annotations) || ${one}.metadata.annotations.all(key, !(key.contains("/azure-") || key.startsWith("mooring.dev/")) || (has(${other}.metadata.annotations) && key in ${other}.metadata.annotations && ${other}.metadata.annotations[key] == ${one}.metadata.annotations[key])))`;
const SAME = (field: string) =>
  `has(object.spec.${field}) == has(oldObject.spec.${field}) && (!has(object.spec.${field}) || object.spec.${field} == oldObject.spec.${field})`;

/** True of an update that the webhook would not evaluate either: nothing that rules read has changed. Match conditions cannot use variables. */
export const UNTOUCHED = [
  'oldObject != null && oldObject.spec.type == "LoadBalancer"',
  "has(object.spec.loadBalancerClass) == has(oldObject.spec.loadBalancerClass)",
  CHANGES_NOTHING("object", "oldObject"),
  CHANGES_NOTHING("oldObject", "object"),
  ...["loadBalancerIP", "ipFamilies", "ipFamilyPolicy", "ports"].map(SAME),
].join(" && ");

/** Rules that only the webhook can judge. */
export const WEBHOOK_ONLY: readonly Rule[] = RULES.filter(({ cel }) => !cel);

function ofCluster({ excludedRanges, privateLinkServices, subnets }: Policy, cluster: string): CelPolicy {
  return {
    excludedRanges,
    ...(privateLinkServices.visibility && { visibility: privateLinkServices.visibility }),
    ...(privateLinkServices.autoApproval && { autoApproval: privateLinkServices.autoApproval }),
    subnets: subnets.filter((entry) => entry.clusters?.includes(cluster) ?? true),
  };
}

interface Asked {
  readonly cluster: string;
  readonly rule: Rule;
  readonly severity: "deny" | "warn";
}

/** In warn mode no rule refuses. */
function celSeverity(rule: Rule, policy: Policy, place: Place): Severity {
  const severity = severitiesFor(policy, place)(rule);
  if (severity === "off") return severity;
  return admissionModeFor(policy, place) === "warn" ? "warn" : (rule.celAtMost ?? severity);
}

/** CEL, with its conjunction, for the namespaces in which the rule has the severity; "" for all, `undefined` for none. */
function whereSeverity(policy: Policy, { cluster, rule, severity }: Asked): string | undefined {
  const named = [...new Set(policy.overrides.flatMap(({ namespaces = [] }) => namespaces))];
  const has = (namespace: string) => celSeverity(rule, policy, { cluster, namespace }) === severity;
  // No namespace has an empty name: what holds for it holds for all that no override names.
  const elsewhere = has("");
  const different = named.filter((namespace) => has(namespace) !== elsewhere);
  if (different.length === 0) return elsewhere ? "" : undefined;
  return `${elsewhere ? "!" : ""}(request.namespace in ${celList(different)}) && `;
}
