import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { Rule, RuleInput, Violation } from "../rule.ts";

const KEY = ANNOTATIONS.internal.key;
const ONLY_INTERNAL = /\/azure-(load-balancer-(internal-subnet|enable-high-availability-ports)|pls-)/;

export const internalNotTrue: Rule = {
  id: "internal-not-true",
  title: "Internal annotation is neither `true` nor `false`",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "The cloud controller compares the value exactly: `True`, `yes` and ` true` create a public load balancer.",
  cel: () => `'${KEY}' in variables.annotations && !(variables.internal in ['true', 'false'])`,
  check: ({ annotations }): Violation[] => {
    const value = annotations[KEY];
    if (value === undefined || value === "true" || value === "false") return [];
    return [
      {
        field: KEY,
        value,
        message: `"${value}" creates a public load balancer: use exactly "true" for an internal one, "false" for a public one`,
      },
    ];
  },
};

export const internalFlipped: Rule = {
  id: "internal-flipped",
  title: "Update changes the load balancer between internal and public",
  severity: "warn",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The frontend moves to another load balancer and the address changes.",
  cel: () => "variables.isUpdate && variables.isInternal != variables.wasInternal",
  check: ({ annotations, intent, old }): Violation[] => {
    if (!old || old.intent.internal === intent.internal) return [];
    const kind = intent.internal ? "internal" : "public";
    return [
      {
        field: KEY,
        value: annotations[KEY] ?? "",
        message: `load balancer becomes ${kind}: the address changes and clients of the old address lose their connection`,
      },
    ];
  },
};

export const internalSettingsIgnored: Rule = {
  id: "internal-settings-ignored",
  title: "Settings for internal load balancers on a public Service",
  severity: "warn",
  firesOnAbsence: true,
  reads: "subnet, high-availability ports and Private Link Service annotations",
  needsState: false,
  docs: "The cloud controller ignores these settings while the Service is public.",
  cel: () =>
    `!variables.isInternal && !variables.hasPls && (!('${KEY}' in variables.annotations) || variables.internal == 'false') && variables.annotations.exists(key, key.matches('${ONLY_INTERNAL.source.replaceAll("\\/", "/")}'))`,
  check: ignoredSettings,
};

function ignoredSettings({ annotations, intent }: RuleInput): Violation[] {
  // A public Service without floating IP may have a PLS: `pls-not-internal` decides that.
  if (intent.internal || intent.pls || (annotations[KEY] !== undefined && annotations[KEY] !== "false"))
    return [];
  return Object.entries(annotations)
    .filter(([key]) => ONLY_INTERNAL.test(key))
    .map(([field, value]) => ({
      field,
      value,
      message: `ignored: the Service is not internal (${KEY} is not "true")`,
    }));
}
