/**
 * Parses a Service's annotations into an intent exactly as the cloud controller manager does: same trimming, case rules and
 * precedence. Pure. Admission rules, not the parser, report values that the CCM accepts and Azure rejects.
 * @see https://github.com/kubernetes-sigs/cloud-provider-azure
 */
import { LIKE_IPV4 } from "../azure/addressPattern.ts";
import { EVERY_PORT, type Intent, type PlsIntent } from "./intent.ts";
import { ANNOTATIONS } from "./annotations.ts";
import { OWN_ANNOTATIONS } from "./ownAnnotations.ts";
import { annotationsOf, type Service } from "./service.ts";
import { trimSpace } from "./trimSpace.ts";

const LOOKS_LIKE_IPV4 = new RegExp(LIKE_IPV4);

type Read = (name: keyof typeof ANNOTATIONS) => string | undefined;

/** What the Service declares. Never fails, because the CCM ignores values that it cannot read. */
export function parseIntent(service: Service): Intent {
  const annotations = annotationsOf(service);
  const read: Read = (name) => annotations[ANNOTATIONS[name].key];
  const internal = read("internal") === "true";
  const subnet = internal ? unlessBlank(read("internalSubnet")) : undefined;
  return {
    internal,
    ...(subnet !== undefined && { subnet }),
    addresses: parseAddresses(read, service.spec.loadBalancerIP ?? ""),
    ipFamilies: parseFamilies(service.spec),
    ports: internal && isTrue(read("haPorts")) ? [EVERY_PORT] : parsePorts(service.spec),
    ...(isTrue(trimmed(read("plsCreate"))) && { pls: parsePls(read, subnet) }),
    ...replacedService(annotations[OWN_ANNOTATIONS.replaces.key]),
  };
}

function replacedService(value = ""): Pick<Intent, "replaces"> {
  const replaces = value.trim();
  return replaces === "" ? {} : { replaces };
}

/** A manifest may omit the second family: for this policy the API server adds it before admission. */
function parseFamilies({ ipFamilies, ipFamilyPolicy }: Service["spec"]): Intent["ipFamilies"] {
  const named = ipFamilies?.length ? ipFamilies : ["IPv4"];
  const families = named.map((family) => (family === "IPv6" ? "IPv6" : "IPv4"));
  if (ipFamilyPolicy !== "RequireDualStack" || families.length !== 1) return families;
  return families[0] === "IPv6" ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
}

function parsePorts({ ports }: Service["spec"]): Intent["ports"] {
  return (ports ?? []).map(({ protocol, port }) => ({ protocol, port }));
}

function parseAddresses(read: Read, loadBalancerIp: string): Intent["addresses"] {
  // The CCM tests for "not IPv4", so text that is no address counts as IPv6.
  const isIpv4 = LOOKS_LIKE_IPV4.test(loadBalancerIp);
  const ipv4 = read("ipv4") || (isIpv4 ? loadBalancerIp : "");
  const ipv6 = read("ipv6") || (isIpv4 ? "" : loadBalancerIp);
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
}

function parsePls(read: Read, frontendSubnet: string | undefined): PlsIntent {
  const natIps = [...new Set(tokens(read("plsAddresses")))];
  const subnet = unlessBlank(read("plsSubnet")) ?? frontendSubnet;
  const name = trimmed(read("plsName"));
  const resourceGroup = trimmed(read("plsResourceGroup"));
  return {
    create: true,
    ...(name && { name }),
    ...(resourceGroup && { resourceGroup }),
    ...(subnet !== undefined && { subnet }),
    natIpCount: parseCount(read("plsAddressCount")),
    natIps,
    ...(natIps[0] !== undefined && { primaryNatIp: natIps[0] }),
    fqdns: tokens(read("plsFqdns")),
    proxyProtocol: isTrue(trimmed(read("plsProxyProtocol"))),
    visibility: everybodyOr(tokens(read("plsVisibility"))),
    autoApproval: tokens(read("plsAutoApproval")),
  };
}

/** The entries of a list annotation, before `*` replaces the others. */
export function annotationTokens(
  annotations: Readonly<Record<string, string>>,
  name: keyof typeof ANNOTATIONS,
): string[] {
  return tokens(annotations[ANNOTATIONS[name].key]);
}

function everybodyOr(subscriptions: string[]): string[] {
  return subscriptions.includes("*") ? ["*"] : subscriptions;
}

// The CCM fails on an invalid count, which rule pls-count-invalid reports: use the default here.
function parseCount(text: string | undefined): number {
  const digits = trimmed(text) ?? "";
  return /^[+-]?\d{1,9}$/.test(digits) ? Number(digits) : 1;
}

function tokens(text: string | undefined): string[] {
  return trimSpace(text ?? "")
    .split(" ")
    .map(trimSpace)
    .filter(Boolean);
}

function trimmed(text: string | undefined): string | undefined {
  return text === undefined ? undefined : trimSpace(text);
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === "true";
}

/** The untrimmed value, as the CCM uses it. */
function unlessBlank(text: string | undefined): string | undefined {
  return trimmed(text) ? text : undefined;
}
