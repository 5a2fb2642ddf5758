/** The rule table, in the order of findings. */
import type { Rule, RuleFinding, RuleInput, Severity } from "./rule.ts";
import { addressAutoIgnored } from "./rules/addressAuto.ts";
import { addressChanged } from "./rules/addressChanged.ts";
import { addressFamilyMismatch, addressMalformed } from "./rules/addressForm.ts";
import { addressAzureReserved, addressExcluded, addressOutsideSubnet } from "./rules/addressPlace.ts";
import { addressPortConflict, CLAIMED, claimQuota, type ClaimedRules } from "./rules/claims.ts";
import * as frontend from "./rules/frontendLimits.ts";
import { internalFlipped, internalNotTrue, internalSettingsIgnored } from "./rules/internal.ts";
import { plsCountInvalid, plsStaticMalformed, plsStaticOverCount } from "./rules/plsAddresses.ts";
import * as audience from "./rules/plsAudience.ts";
import * as form from "./rules/plsForm.ts";
import * as living from "./rules/plsLiving.ts";
import { plsNameAdded, plsNameImmutable, plsNameInvalid } from "./rules/plsName.ts";
import { plsConsumersConnected, plsNameTaken, plsSharedFrontend } from "./rules/plsOthers.ts";
import { plsFqdnMalformed, plsProxyProtocol } from "./rules/plsTraffic.ts";
import { loadBalancerIpDeprecated, loadBalancerIpIgnored } from "./rules/loadBalancerIp.ts";
import { annotationsOfOtherClass } from "./rules/otherClass.ts";
import { annotationOutsideService } from "./rules/outsideService.ts";
import { privateAddressOnPublic } from "./rules/publicAddress.ts";
import { replacesMalformed } from "./rules/replaces.ts";
import { FRONTEND, PLS, type Target } from "./rules/requested.ts";
import * as subnet from "./rules/subnet.ts";
import { subnetUsesUnknown } from "./rules/unknownUses.ts";
import { unknownAnnotation } from "./rules/unknownAnnotation.ts";

const claimed = ({ held, claimed, handover }: ClaimedRules): Rule[] => [
  ...new Set([held, claimed, handover]),
];

const placeAndHolder = (target: Target): Rule[] => [
  addressOutsideSubnet(target),
  addressAzureReserved(target),
  addressExcluded(target),
  ...claimed(target === FRONTEND ? CLAIMED.frontend : CLAIMED.pls),
  subnetUsesUnknown(target),
];

export const RULES: readonly Rule[] = [
  internalNotTrue,
  internalFlipped,
  internalSettingsIgnored,
  unknownAnnotation,
  subnet.subnetUnknown,
  subnet.subnetUnsuitable,
  subnet.subnetNotAllowed,
  subnet.subnetFull,
  addressMalformed,
  addressFamilyMismatch,
  ...placeAndHolder(FRONTEND),
  addressPortConflict,
  claimQuota,
  replacesMalformed,
  addressChanged,
  addressAutoIgnored,
  privateAddressOnPublic,
  frontend.addressWithConfigurations,
  frontend.subnetWithoutIpv6,
  frontend.ipv6FirstFrontend,
  loadBalancerIpDeprecated,
  loadBalancerIpIgnored,
  subnet.inventoryStale,
  form.plsNotInternal,
  form.plsIpv6,
  form.plsCreateNotBoolean,
  form.plsSettingsWithoutCreate,
  form.plsWithdrawn,
  plsCountInvalid,
  plsStaticOverCount,
  plsStaticMalformed,
  subnet.plsSubnetUnknown,
  ...placeAndHolder(PLS),
  subnet.plsNetworkPoliciesEnabled,
  plsNameInvalid,
  plsNameTaken,
  ...claimed(CLAIMED.plsName),
  plsNameImmutable,
  plsNameAdded,
  living.plsResourceGroupChanged,
  living.plsFrontendReplaced,
  living.plsBalancerFull,
  plsSharedFrontend,
  audience.plsVisibilityMalformed,
  audience.plsAutoApprovalMalformed,
  audience.plsVisibilityTooMany,
  audience.plsAutoApprovalTooMany,
  audience.plsVisibilityStarMixed,
  audience.plsAutoApprovalWithoutVisibility,
  audience.plsVisibilityEveryone,
  audience.plsVisibilityNotAllowed,
  audience.plsAutoApprovalNotAllowed,
  plsFqdnMalformed,
  plsProxyProtocol,
  plsConsumersConnected,
  annotationOutsideService,
  annotationsOfOtherClass,
];

/** The severity of a rule for one Service: from policy, else the rule's default. */
export type Severities = (rule: Pick<Rule, "id" | "severity" | "firesOnAbsence">) => Severity;

/** All findings of the rules, not only the first. Pure. */
export function checkRules(input: RuleInput, severityOf: Severities): RuleFinding[] {
  const isOther = input.otherClass !== undefined;
  return RULES.filter(({ ofOtherControllers = false }) => ofOtherControllers === isOther).flatMap((rule) => {
    const severity = severityOf(rule);
    if (severity === "off") return [];
    return rule
      .check(input)
      .map(({ atMost, ...violation }) => ({ rule: rule.id, severity: atMost ?? severity, ...violation }));
  });
}

/** A deletion is refused only because of connected consumers, not for other violations. */
export function checkLeaving(input: RuleInput, severityOf: Severities): RuleFinding[] {
  return checkRules({ ...input, leaving: true }, (rule) =>
    rule.id === plsConsumersConnected.id ? severityOf(rule) : "off",
  );
}
