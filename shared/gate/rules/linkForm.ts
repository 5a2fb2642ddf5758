/** Whether there will be a link at all. */
import { ANNOTATIONS } from "../../annotations/keys.ts";
import { trimSpace } from "../../annotations/trimSpace.ts";
import type { Rule } from "../rule.ts";

const KEY = ANNOTATIONS.linkCreate.key;
const LOOKS_TRUE = /^(yes|y|1|on|t|enabled?)$/i;

export const plsNotInternal: Rule = {
  id: "pls-not-internal",
  title: "A link on a Service that is neither internal nor without floating IP",
  severity: "deny",
  firesOnAbsence: true,
  reads: `${KEY}, ${ANNOTATIONS.internal.key}, ${ANNOTATIONS.disableFloatingIp.key}`,
  needsState: false,
  docs: "The cloud controller fails and the Service stays pending.",
  cel: () => "variables.hasLink && !variables.isInternal && !variables.floatingIpDisabled",
  check: ({ annotations, intent }) => {
    if (!intent.link || intent.internal || isFloatingIpDisabled(annotations)) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message: `a link needs an internal load balancer: set ${ANNOTATIONS.internal.key}: "true" (or ${ANNOTATIONS.disableFloatingIp.key}: "true" on a public one)`,
      },
    ];
  },
};

export const plsIpv6: Rule = {
  id: "pls-ipv6",
  title: "A link on an IPv6-only Service",
  severity: "deny",
  reads: `${KEY}, spec.ipFamilies`,
  needsState: false,
  docs: "Links are IPv4: the cloud controller fails. On a dual-stack Service the IPv4 frontend gets the link.",
  cel: () => "variables.hasLink && variables.families.all(family, family == 'IPv6')",
  check: ({ annotations, intent }) => {
    if (!intent.link || intent.ipFamilies.includes("IPv4")) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message: "links are IPv4 only: add IPv4 to spec.ipFamilies, or withdraw the annotation",
      },
    ];
  },
};

export const plsCreateNotBoolean: Rule = {
  id: "pls-create-not-boolean",
  title: "A value that looks like yes but makes no link",
  severity: "warn",
  reads: KEY,
  needsState: false,
  docs: "Only `true`, in any case and trimmed, makes a link.",
  cel: () => `!variables.hasLink && variables.linkCreate.trim().lowerAscii().matches('${LOOKS_TRUE.source}')`,
  check: ({ annotations, intent }) => {
    const value = annotations[KEY];
    if (intent.link || value === undefined || !LOOKS_TRUE.test(trimSpace(value))) return [];
    return [{ field: KEY, value, message: `"${value}" makes no link: write "true"` }];
  },
};

export const plsSettingsWithoutCreate: Rule = {
  id: "pls-settings-without-create",
  title: "Settings of a link that is not asked for",
  severity: "warn",
  firesOnAbsence: true,
  reads: "azure-pls-* annotations",
  needsState: false,
  docs: "They are not read without `azure-pls-create`.",
  cel: () =>
    `!variables.hasLink && !variables.hadLink && (variables.isInternal || variables.floatingIpDisabled) && variables.annotations.exists(key, key.contains('/azure-pls-') && key != '${KEY}')`,
  check: ({ annotations, intent, old }) => {
    // Said better by internal-settings-ignored, pls-withdrawn or pls-create-not-boolean.
    const isReadable = intent.internal || isFloatingIpDisabled(annotations);
    if (intent.link || old?.intent.link || !isReadable) return [];
    return Object.entries(annotations)
      .filter(([key]) => /\/azure-pls-/.test(key) && key !== KEY)
      .map(([field, value]) => ({ field, value, message: `not read: ${KEY} is not "true"` }));
  },
};

export const plsWithdrawn: Rule = {
  id: "pls-withdrawn",
  title: "An update withdraws the link's annotation",
  severity: "warn",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller leaves the link behind, with its consumers, until the frontend goes.",
  cel: () => "variables.hadLink && !variables.hasLink",
  check: ({ annotations, intent, old }) => {
    if (!old?.intent.link || intent.link) return [];
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message: "the link stays in Azure, with its consumers: it goes only with the Service's frontend",
      },
    ];
  },
};

/** In any case, not trimmed. */
function isFloatingIpDisabled(annotations: Readonly<Record<string, string>>): boolean {
  return annotations[ANNOTATIONS.disableFloatingIp.key]?.toLowerCase() === "true";
}
