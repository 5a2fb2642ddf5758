/** Whether there will be a PLS at all. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { trimSpace } from "../../kubernetes/trimSpace.ts";
import type { Rule } from "../rule.ts";

const KEY = ANNOTATIONS.plsCreate.key;
const LOOKS_TRUE = /^(yes|y|1|on|t|enabled?)$/i;

export const plsNotInternal: Rule = {
  id: "pls-not-internal",
  title: "A Private Link Service on a Service that is neither internal nor without floating IP",
  severity: "deny",
  firesOnAbsence: true,
  reads: `${KEY}, ${ANNOTATIONS.internal.key}, ${ANNOTATIONS.disableFloatingIp.key}`,
  needsState: false,
  docs: "The cloud controller fails and the Service stays pending.",
  cel: () => "variables.hasPls && !variables.isInternal && !variables.floatingIpDisabled",
  check: ({ annotations, intent }) => {
    if (!intent.pls || intent.internal || isFloatingIpDisabled(annotations)) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message: `a Private Link Service needs an internal load balancer: set ${ANNOTATIONS.internal.key}: "true" (or ${ANNOTATIONS.disableFloatingIp.key}: "true" on a public one)`,
      },
    ];
  },
};

export const plsIpv6: Rule = {
  id: "pls-ipv6",
  title: "A Private Link Service on an IPv6-only Service",
  severity: "deny",
  reads: `${KEY}, spec.ipFamilies`,
  needsState: false,
  docs: "Private Link Services are IPv4: the cloud controller fails. On a dual-stack Service the IPv4 frontend gets the Private Link Service.",
  cel: () => "variables.hasPls && variables.families.all(family, family == 'IPv6')",
  check: ({ annotations, intent }) => {
    if (!intent.pls || intent.ipFamilies.includes("IPv4")) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message:
          "Private Link Services are IPv4 only: add IPv4 to spec.ipFamilies, or withdraw the annotation",
      },
    ];
  },
};

export const plsCreateNotBoolean: Rule = {
  id: "pls-create-not-boolean",
  title: "A value that looks like yes but makes no Private Link Service",
  severity: "warn",
  reads: KEY,
  needsState: false,
  docs: "Only `true`, in any case and trimmed, makes a Private Link Service.",
  cel: () => `!variables.hasPls && variables.plsCreate.trim().lowerAscii().matches('${LOOKS_TRUE.source}')`,
  check: ({ annotations, intent }) => {
    const value = annotations[KEY];
    if (intent.pls || value === undefined || !LOOKS_TRUE.test(trimSpace(value))) return [];
    return [{ field: KEY, value, message: `"${value}" makes no Private Link Service: write "true"` }];
  },
};

export const plsSettingsWithoutCreate: Rule = {
  id: "pls-settings-without-create",
  title: "Settings of a Private Link Service that is not asked for",
  severity: "warn",
  firesOnAbsence: true,
  reads: "azure-pls-* annotations",
  needsState: false,
  docs: "They are not read without `azure-pls-create`.",
  cel: () =>
    `!variables.hasPls && !variables.hadPls && (variables.isInternal || variables.floatingIpDisabled) && variables.annotations.exists(key, key.contains('/azure-pls-') && key != '${KEY}')`,
  check: ({ annotations, intent, old }) => {
    // Said better by internal-settings-ignored, pls-withdrawn or pls-create-not-boolean.
    const isReadable = intent.internal || isFloatingIpDisabled(annotations);
    if (intent.pls || old?.intent.pls || !isReadable) return [];
    return Object.entries(annotations)
      .filter(([key]) => /\/azure-pls-/.test(key) && key !== KEY)
      .map(([field, value]) => ({ field, value, message: `not read: ${KEY} is not "true"` }));
  },
};

export const plsWithdrawn: Rule = {
  id: "pls-withdrawn",
  title: "An update withdraws the Private Link Service's annotation",
  severity: "warn",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller leaves the Private Link Service behind, with its consumers, until the frontend goes.",
  cel: () => "variables.hadPls && !variables.hasPls",
  check: ({ annotations, intent, old }) => {
    if (!old?.intent.pls || intent.pls) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message:
          "the Private Link Service stays in Azure, with its consumers: it goes only with the Service's frontend",
      },
    ];
  },
};

/** In any case, not trimmed. */
function isFloatingIpDisabled(annotations: Readonly<Record<string, string>>): boolean {
  return annotations[ANNOTATIONS.disableFloatingIp.key]?.toLowerCase() === "true";
}
