/** Visibility and auto-approval of a PLS. */
import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { annotationTokens } from "../../kubernetes/parseIntent.ts";
import { celList, type Rule, type RuleInput, type Violation } from "../rule.ts";
import { malformedEntry } from "./listEntries.ts";

type List = "plsVisibility" | "plsAutoApproval";
/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-link-limits */
const MOST_SUBSCRIPTIONS = 100;
const SUBSCRIPTION = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

export const plsVisibilityMalformed: Rule = {
  id: "pls-visibility-malformed",
  title: "Malformed subscription id in the visibility",
  severity: "deny",
  reads: ANNOTATIONS.plsVisibility.key,
  needsState: false,
  docs: "Entries are subscription ids separated by spaces, or `*`. Azure rejects other values.",
  cel: () => malformedCel("visibility", "text != '*' && "),
  check: (input) => malformed(input, "plsVisibility", (token) => token === "*"),
};

export const plsAutoApprovalMalformed: Rule = {
  id: "pls-auto-approval-malformed",
  title: "Malformed subscription id in the auto-approval",
  severity: "deny",
  reads: ANNOTATIONS.plsAutoApproval.key,
  needsState: false,
  docs: "Entries are subscription ids separated by spaces. `*` is not supported here.",
  cel: () => malformedCel("autoApproval", ""),
  check: (input) => malformed(input, "plsAutoApproval", () => false),
};

export const plsVisibilityTooMany: Rule = {
  id: "pls-visibility-too-many",
  title: `More than ${MOST_SUBSCRIPTIONS} subscriptions in the visibility`,
  severity: "deny",
  reads: ANNOTATIONS.plsVisibility.key,
  needsState: false,
  docs: "The list exceeds Azure's limit. Azure rejects the Private Link Service and the Service stays pending.",
  cel: () =>
    `variables.hasPls && !('*' in variables.visibility) && size(variables.visibility) > ${MOST_SUBSCRIPTIONS}`,
  check: ({ intent: { pls } }) => tooMany("plsVisibility", pls?.visibility),
};

export const plsAutoApprovalTooMany: Rule = {
  id: "pls-auto-approval-too-many",
  title: `More than ${MOST_SUBSCRIPTIONS} subscriptions in the auto-approval`,
  severity: "deny",
  reads: ANNOTATIONS.plsAutoApproval.key,
  needsState: false,
  docs: "The list exceeds Azure's limit. Azure rejects the Private Link Service and the Service stays pending.",
  cel: () => `variables.hasPls && size(variables.autoApproval) > ${MOST_SUBSCRIPTIONS}`,
  check: ({ intent: { pls } }) => tooMany("plsAutoApproval", pls?.autoApproval),
};

export const plsVisibilityStarMixed: Rule = {
  id: "pls-visibility-star-mixed",
  title: "`*` combined with subscription ids in the visibility",
  severity: "warn",
  reads: ANNOTATIONS.plsVisibility.key,
  needsState: false,
  docs: "An entry `*` makes the Private Link Service visible to all subscriptions. The subscription ids have no effect.",
  cel: () =>
    "variables.hasPls && '*' in variables.visibility && variables.visibility.exists(text, text != '*')",
  check: ({ annotations, intent }) => {
    const entries = intent.pls ? annotationTokens(annotations, "plsVisibility") : [];
    if (!entries.includes("*") || entries.every((entry) => entry === "*")) return [];
    return [
      violation(
        "plsVisibility",
        entries.join(" "),
        "* makes it visible to all subscriptions and the ids have no effect: remove the * or the ids",
      ),
    ];
  },
};

export const plsAutoApprovalWithoutVisibility: Rule = {
  id: "pls-auto-approval-without-visibility",
  title: "Auto-approved subscription is not in the visibility",
  severity: "deny",
  firesOnAbsence: true,
  reads: `${ANNOTATIONS.plsAutoApproval.key}, ${ANNOTATIONS.plsVisibility.key}`,
  needsState: false,
  docs: "Auto-approval has an effect only for subscriptions to which the Private Link Service is visible.",
  cel: () =>
    `variables.hasPls && !('*' in variables.visibility) && variables.autoApproval.exists(text, text.matches('${SUBSCRIPTION.source}') && !variables.visibility.exists(seer, seer.lowerAscii() == text.lowerAscii()))`,
  check: ({ intent: { pls } }) => {
    if (!pls || pls.visibility.includes("*")) return [];
    const visible = lower(pls.visibility);
    return pls.autoApproval
      .filter((id) => SUBSCRIPTION.test(id) && !visible.includes(id.toLowerCase()))
      .map((id) =>
        violation(
          "plsAutoApproval",
          id,
          `${id} is not in the visibility: add it to ${ANNOTATIONS.plsVisibility.key}`,
        ),
      );
  },
};

export const plsVisibilityEveryone: Rule = {
  id: "pls-visibility-everyone",
  title: "Private Link Service is visible to all subscriptions",
  severity: "off",
  reads: ANNOTATIONS.plsVisibility.key,
  needsState: false,
  docs: "Off by default; enable it in policy. Everyone who has the alias can request a connection.",
  cel: () => "variables.hasPls && '*' in variables.visibility",
  check: ({ intent: { pls } }) =>
    pls?.visibility.includes("*")
      ? [
          violation(
            "plsVisibility",
            "*",
            "the Private Link Service is visible to all subscriptions: list the allowed subscriptions instead of *",
          ),
        ]
      : [],
};

export const plsVisibilityNotAllowed: Rule = {
  id: "pls-visibility-not-allowed",
  title: "Visible to a subscription that policy does not allow",
  severity: "deny",
  reads: `${ANNOTATIONS.plsVisibility.key}, policy \`privateLinkServices.visibility\``,
  needsState: false,
  docs: "Applies only if policy has a list of allowed subscriptions.",
  cel: ({ visibility }) =>
    visibility &&
    `variables.hasPls && ('*' in variables.visibility ? ['*'] : variables.visibility).exists(text, !(text.lowerAscii() in ${celList(visibility)}))`,
  check: ({ intent, allowed }) => notAllowed(intent.pls?.visibility, allowed.visibility, "plsVisibility"),
};

export const plsAutoApprovalNotAllowed: Rule = {
  id: "pls-auto-approval-not-allowed",
  title: "Auto-approved subscription that policy does not allow",
  severity: "deny",
  reads: `${ANNOTATIONS.plsAutoApproval.key}, policy \`privateLinkServices.autoApproval\``,
  needsState: false,
  docs: "Applies only if policy has a list of allowed subscriptions.",
  cel: ({ autoApproval }) =>
    autoApproval &&
    `variables.hasPls && variables.autoApproval.exists(text, !(text.lowerAscii() in ${celList(autoApproval)}))`,
  check: ({ intent, allowed }) =>
    notAllowed(intent.pls?.autoApproval, allowed.autoApproval, "plsAutoApproval"),
};

function malformed(
  { annotations, intent }: RuleInput,
  list: List,
  meansSomething: (token: string) => boolean,
): Violation[] {
  if (!intent.pls) return [];
  return annotationTokens(annotations, list)
    .filter((token) => !SUBSCRIPTION.test(token) && !meansSomething(token))
    .map((token) => violation(list, token, malformedEntry(token, "a subscription id", "use ids")));
}

function tooMany(list: List, { length }: readonly string[] = []): Violation[] {
  if (length <= MOST_SUBSCRIPTIONS) return [];
  const message = `${length} subscriptions; Azure allows at most ${MOST_SUBSCRIPTIONS}`;
  return [violation(list, `${length} subscriptions`, message)];
}

function malformedCel(list: "visibility" | "autoApproval", unless: string): string {
  return `variables.hasPls && variables.${list}.exists(text, ${unless}!text.matches('${SUBSCRIPTION.source}'))`;
}

function notAllowed(
  declared: readonly string[] = [],
  allowed: readonly string[] | undefined,
  list: List,
): Violation[] {
  if (!allowed) return [];
  return declared
    .filter((id) => !allowed.includes(id.toLowerCase()))
    .map((id) =>
      violation(
        list,
        id,
        `policy does not allow ${id === "*" ? "* (all subscriptions)" : `subscription ${id}`} here`,
      ),
    );
}

function violation(list: List, value: string, message: string): Violation {
  return { field: ANNOTATIONS[list].key, value, message };
}

function lower(texts: readonly string[]): string[] {
  return texts.map((text) => text.toLowerCase());
}
