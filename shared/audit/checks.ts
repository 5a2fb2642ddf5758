/** The check table, from which `docs/reference/checks.md` is generated. */
import type { Policy } from "../policy/policy.ts";
import type { Check, Draft, SubjectKind, Subjects } from "./check.ts";
import * as addresses from "./checks/addresses.ts";
import * as balancers from "./checks/balancers.ts";
import * as clusters from "./checks/clusters.ts";
import * as connections from "./checks/connections.ts";
import * as limits from "./checks/limits.ts";
import * as privateLinkServices from "./checks/pls.ts";
import { plsTagsDiffer } from "./checks/marks.ts";
import * as mooring from "./checks/mooring.ts";
import { frontendWithoutService } from "./checks/orphans.ts";
import { clusterIdentityLacksPermission, roleAssignmentsUnreadable } from "./checks/permissions.ts";
import * as services from "./checks/services.ts";
import * as subnets from "./checks/subnets.ts";

export const CHECKS: { readonly [Kind in SubjectKind]: readonly Check<Kind>[] } = {
  pls: [
    privateLinkServices.plsVisibilityDiffers,
    privateLinkServices.plsAutoApprovalDiffers,
    privateLinkServices.plsFqdnsDiffer,
    privateLinkServices.plsProxyProtocolDiffers,
    privateLinkServices.plsNatAddressesDiffer,
    privateLinkServices.plsSubnetDiffers,
    privateLinkServices.plsBeyondPolicy,
    privateLinkServices.plsRepairConflict,
    privateLinkServices.plsWithoutService,
    limits.plsNearLimit,
  ],
  marks: [plsTagsDiffer],
  connection: [
    connections.connectionPendingUndeclared,
    connections.connectionPendingDeclared,
    connections.connectionNoLongerDeclared,
    connections.connectionDisconnected,
  ],
  service: [services.plsMissing, services.serviceWithoutFrontend, services.addressDiffers],
  declaration: [services.loadBalancerIpUsed],
  claim: [addresses.addressInUse],
  unavailable: [addresses.addressUnavailable],
  address: [addresses.addressUnrecorded, addresses.addressStale],
  orphan: [frontendWithoutService],
  balancer: [
    balancers.basicSku,
    balancers.ruleWithoutBackends,
    balancers.probeUnused,
    balancers.frontendWithoutRules,
    limits.balancerPrivateLinkServicesNearLimit,
  ],
  subnet: [
    subnets.subnetNearlyFull,
    subnets.subnetFillsSoon,
    subnets.subnetUsesUnknown,
    subnets.subnetPoliciesBlockPrivateLinkServices,
    subnets.subnetPoliciesLeftDisabled,
  ],
  cluster: [
    clusters.clusterSilent,
    clusters.clusterForeignList,
    clusters.webhookSilent,
    clusters.relayFailing,
    clusters.relayCertificateExpiring,
    clusters.clusterDeleted,
    clusters.clusterUnreadable,
    clusters.clusterContradicted,
  ],
  grant: [clusterIdentityLacksPermission, roleAssignmentsUnreadable],
  subscription: [limits.subscriptionPrivateLinkServicesNearLimit, limits.subscriptionRequestsNearLimit],
  mooring: [mooring.policyInvalid, mooring.writingStopped],
  inventory: [mooring.inventoryStale],
  scope: [mooring.scopeUnaudited],
  queue: [mooring.queuePoisoned],
  operation: [mooring.operationFailing],
  unwatched: [mooring.claimsUnwatched],
  journal: [mooring.journalUnresolved],
  quarantined: [mooring.quarantineUnverified],
};

export type CheckedDraft = Draft & Pick<Check, "id" | "severity">;

/** Findings of all checks of a kind, with the severities of the policy. Pure. */
export function runChecks<Kind extends SubjectKind>(
  kind: Kind,
  subjects: readonly Subjects[Kind][],
  severities: Policy["audit"]["checks"] = {},
): CheckedDraft[] {
  return subjects.flatMap((subject) =>
    CHECKS[kind].flatMap(({ id, severity: own, check }) => {
      const severity = severities[id] ?? own;
      const draft = severity === "off" ? undefined : check(subject);
      return draft && severity !== "off" ? [{ ...draft, id, severity }] : [];
    }),
  );
}

/** Every check, in the order of the table. */
export function listChecks(): readonly Pick<Check, "id" | "title" | "severity" | "docs" | "on">[] {
  return Object.values(CHECKS).flat();
}
