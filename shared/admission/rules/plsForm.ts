/** Whether the cloud controller creates a PLS. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { trimSpace } from "../../kubernetes/trimSpace.ts";
import type { Rule } from "../rule.ts";

const KEY = ANNOTATIONS.plsCreate.key;
const LOOKS_TRUE = /^(yes|y|1|on|t|enabled?)$/i;

export const plsNotInternal: Rule = {
  id: "pls-not-internal",
  title: "Private Link Service requested on a public Service with floating IP",
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
        message: `a Private Link Service requires an internal load balancer: set ${ANNOTATIONS.internal.key}: "true" (or ${ANNOTATIONS.disableFloatingIp.key}: "true" on a public one)`,
      },
    ];
  },
};

export const plsIpv6: Rule = {
  id: "pls-ipv6",
  title: "Private Link Service requested on an IPv6-only Service",
  severity: "deny",
  reads: `${KEY}, spec.ipFamilies`,
  needsState: false,
  docs: "Private Link Services support IPv4 only: the cloud controller fails. On a dual-stack Service the IPv4 frontend gets the Private Link Service.",
  cel: () => "variables.hasPls && variables.families.all(family, family == 'IPv6')",
  check: ({ annotations, intent }) => {
    if (!intent.pls || intent.ipFamilies.includes("IPv4")) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message:
          "Private Link Services support IPv4 only: add IPv4 to spec.ipFamilies, or remove the annotation",
      },
    ];
  },
};

export const plsCreateNotBoolean: Rule = {
  id: "pls-create-not-boolean",
  title: "Value that looks like true but creates no Private Link Service",
  severity: "warn",
  reads: KEY,
  needsState: false,
  docs: "Only `true` creates a Private Link Service. Case and surrounding spaces do not matter.",
  cel: () => `!variables.hasPls && variables.plsCreate.trim().lowerAscii().matches('${LOOKS_TRUE.source}')`,
  check: ({ annotations, intent }) => {
    const value = annotations[KEY];
    if (intent.pls || value === undefined || !LOOKS_TRUE.test(trimSpace(value))) return [];
    return [{ field: KEY, value, message: `"${value}" creates no Private Link Service: use "true"` }];
  },
};

export const plsSettingsWithoutCreate: Rule = {
  id: "pls-settings-without-create",
  title: "Private Link Service settings without `azure-pls-create`",
  severity: "warn",
  firesOnAbsence: true,
  reads: "azure-pls-* annotations",
  needsState: false,
  docs: "The cloud controller ignores these settings unless `azure-pls-create` is `true`.",
  cel: () =>
    `!variables.hasPls && !variables.hadPls && (variables.isInternal || variables.floatingIpDisabled) && variables.annotations.exists(key, key.contains('/azure-pls-') && key != '${KEY}')`,
  check: ({ annotations, intent, old }) => {
    // In other cases internal-settings-ignored, pls-withdrawn or pls-create-not-boolean reports the cause.
    const isReadable = intent.internal || isFloatingIpDisabled(annotations);
    if (intent.pls || old?.intent.pls || !isReadable) return [];
    return Object.entries(annotations)
      .filter(([key]) => /\/azure-pls-/.test(key) && key !== KEY)
      .map(([field, value]) => ({ field, value, message: `ignored: ${KEY} is not "true"` }));
  },
};

export const plsWithdrawn: Rule = {
  id: "pls-withdrawn",
  title: "Update removes the annotation that creates the Private Link Service",
  severity: "warn",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller does not delete the Private Link Service and its connections until it deletes the frontend.",
  cel: () => "variables.hadPls && !variables.hasPls",
  check: ({ annotations, intent, old }) => {
    if (!old?.intent.pls || intent.pls) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message:
          "the Private Link Service and its connections stay in Azure until the Service's frontend is deleted",
      },
    ];
  },
};

/** Case-insensitive, not trimmed. */
function isFloatingIpDisabled(annotations: Readonly<Record<string, string>>): boolean {
  return annotations[ANNOTATIONS.disableFloatingIp.key]?.toLowerCase() === "true";
}
