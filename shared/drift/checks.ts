/** The check table, from which `docs/checks.md` is generated. */
import type { Check } from "./check.ts";
import {
  connectionDisconnected,
  connectionNoLongerDeclared,
  connectionPendingDeclared,
  connectionPendingUndeclared,
} from "./checks/connections.ts";
import {
  basicLoadBalancer,
  clusterGone,
  snapshotStale,
  subnetNearlyFull,
  subnetPoliciesLeftOff,
} from "./checks/estate.ts";
import {
  linkAutoApprovalDiffers,
  linkNatAddressesDiffer,
  linkSubnetDiffers,
  linkBeyondPolicy,
  linkFoughtOver,
  linkProxyProtocolDiffers,
  linkFqdnsDiffer,
  linkMissing,
  linkUnexpected,
  linkVisibilityDiffers,
} from "./checks/links.ts";
import { addressDiffers, serviceWithoutFrontend } from "./checks/services.ts";
import type { Policy } from "../policy.ts";
import type { Draft, SubjectKind, Subjects } from "./check.ts";

export const CHECKS: { readonly [Kind in SubjectKind]: readonly Check<Kind>[] } = {
  link: [
    linkVisibilityDiffers,
    linkAutoApprovalDiffers,
    linkFqdnsDiffer,
    linkProxyProtocolDiffers,
    linkNatAddressesDiffer,
    linkSubnetDiffers,
    linkBeyondPolicy,
    linkFoughtOver,
    linkUnexpected,
  ],
  connection: [
    connectionPendingUndeclared,
    connectionPendingDeclared,
    connectionNoLongerDeclared,
    connectionDisconnected,
  ],
  service: [linkMissing, serviceWithoutFrontend, addressDiffers],
  balancer: [basicLoadBalancer],
  cluster: [snapshotStale, clusterGone],
  subnet: [subnetNearlyFull, subnetPoliciesLeftOff],
};

export type CheckedDraft = Draft & Pick<Check, "id" | "severity">;

/** Everything that the checks of a kind find on its subjects, as severe as policy says. Pure. */
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
