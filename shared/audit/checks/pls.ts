import { sameValue } from "../../changes/body.ts";
import type { Json } from "../../ports/resources.ts";
import { MOORING, mostRepairs } from "../../changes/touches.ts";
import { resourceName } from "../../azure/resourceId.ts";
import type { PlsIntent } from "../../kubernetes/intent.ts";
import { desiredPls, type DesiredPls } from "../../pls/desired.ts";
import { defineCheck, type Check, type Draft, type Subjects } from "../check.ts";
import { plannedField } from "../planned.ts";

type Field = keyof DesiredPls;

/** Compares one field: declared, allowed by policy, actual. */
function difference(subject: Subjects["pls"], field: Field, what: string): Draft | undefined {
  const { pls, cluster, owner, policy } = subject;
  const declared = owner?.intent.pls;
  if (!declared) return undefined;
  const desired = desiredPls(declared, policy)[field];
  if (sameValue(asJson(desired), asJson(pls[field]))) return undefined;
  const [requested, allowed, actual] = [declared[field], desired, pls[field]].map(asText);
  const narrowed = allowed === requested ? "" : ` (policy allows ${allowed})`;
  return {
    about: pls.id,
    cluster: cluster.name,
    message: `the Service declares ${what} ${requested}${narrowed}, Private Link Service ${pls.name} has ${actual}`,
    advice: policy.privateLinkServices.fields.includes(field)
      ? `Mooring repairs this in mode enforce; to keep the actual value, change the annotation of the Service`
      : `correct the Private Link Service, or change the annotation of the Service`,
    declared: requested ?? "",
    ...(narrowed !== "" && allowed !== undefined && { allowed }),
    actual: actual ?? "",
    ...plannedField(subject, field),
  };
}

function asJson(value: readonly string[] | boolean): Json {
  return typeof value === "boolean" ? value : [...value];
}

function asText(value: readonly string[] | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return value.join(" ") || "none";
}

const differs = (field: Field, what: string, some: Pick<Check, "id" | "title" | "severity" | "docs">) =>
  defineCheck({ ...some, on: "pls", check: (subject) => difference(subject, field, what) });

export const plsVisibilityDiffers = differs("visibility", "visibility", {
  id: "pls-visibility-differs",
  title: "The visibility of a Private Link Service differs from the declaration",
  severity: "error",
  docs: "Subscriptions that are not declared can find the Private Link Service, or declared ones cannot.",
});

export const plsAutoApprovalDiffers = differs("autoApproval", "auto-approval", {
  id: "pls-auto-approval-differs",
  title: "The auto-approval of a Private Link Service differs from the declaration",
  severity: "error",
  docs: "Azure approves private endpoint connections of subscriptions that are not declared, or those of declared ones stay pending.",
});

export const plsFqdnsDiffer = differs("fqdns", "host names", {
  id: "pls-fqdns-differ",
  title: "The host names of a Private Link Service differ from the declaration",
  severity: "warning",
  docs: "Consumers use the host names of the Private Link Service for private DNS.",
});

export const plsProxyProtocolDiffers = differs("proxyProtocol", "PROXY protocol", {
  id: "pls-proxy-protocol-differs",
  title: "The PROXY protocol setting of a Private Link Service differs from the declaration",
  severity: "warning",
  docs: "If only one side uses the PROXY protocol, every connection fails.",
});

interface Compared {
  readonly what: string;
  readonly requested: string;
  readonly actual: string;
}

/** For settings that only the cloud controller can change, with its next reconcile or by creating the PLS again. */
const onlyControllerCanFix = (
  some: Pick<Check, "id" | "title" | "docs">,
  compare: (subject: Subjects["pls"], declared: PlsIntent) => Compared,
) =>
  defineCheck({
    ...some,
    severity: "warning",
    on: "pls",
    check: (subject) => {
      const { pls, cluster, owner } = subject;
      if (!owner?.intent.pls) return undefined;
      const { what, requested, actual } = compare(subject, owner.intent.pls);
      if (actual.toLowerCase() === requested.toLowerCase()) return undefined;
      return {
        about: pls.id,
        cluster: cluster.name,
        message: `the Service declares ${what} ${requested}, Private Link Service ${pls.name} has ${actual || "none"}`,
        advice:
          "check the events of the Service: they show why the cloud controller did not apply the change",
        declared: requested,
        actual,
      };
    },
  });

export const plsNatAddressesDiffer = onlyControllerCanFix(
  {
    id: "pls-nat-addresses-differ",
    title: "The NAT addresses of a Private Link Service differ from the declaration",
    docs: "Backends and firewalls see the traffic of consumers with these source addresses.",
  },
  ({ pls: { natAddresses } }, { natIpCount, natIps }) => ({
    what: "NAT addresses:",
    requested: natText(natIpCount, natIps),
    actual: natText(
      natAddresses.length,
      natAddresses.flatMap(({ address }) => address ?? []),
    ),
  }),
);

function natText(count: number, fixed: readonly string[]): string {
  return fixed.length === 0 ? String(count) : `${count} (${fixed.toSorted().join(" ")})`;
}

export const plsSubnetDiffers = onlyControllerCanFix(
  {
    id: "pls-subnet-differs",
    title: "The NAT subnet of a Private Link Service differs from the declaration",
    docs: "The subnet of a Private Link Service cannot be changed: the cloud controller must delete it and create it again.",
  },
  ({ pls: { natAddresses }, cluster }, declared) => {
    const names = natAddresses.map(({ subnetId }) => resourceName(subnetId));
    return {
      what: "subnet",
      requested: declared.subnet ?? cluster.defaultSubnet,
      actual: [...new Set(names)].join(" "),
    };
  },
);

export const plsBeyondPolicy = defineCheck({
  id: "pls-beyond-policy",
  title: "A Service declares Private Link Service settings that policy does not allow",
  severity: "warning",
  docs: "The cloud controller applies the declaration, and Mooring narrows it again to what policy allows. Change the declaration or the policy.",
  on: "pls",
  check: ({ pls, cluster, owner, policy }) => {
    const declared = owner?.intent.pls;
    if (!declared) return undefined;
    const desired = desiredPls(declared, policy);
    const fields = (["visibility", "autoApproval"] as const).filter(
      (field) => desired[field] !== declared[field] && asText(desired[field]) !== asText(declared[field]),
    );
    if (fields.length === 0) return undefined;
    const text = (from: DesiredPls) => fields.map((field) => `${field}: ${asText(from[field])}`).join("; ");
    return {
      about: pls.id,
      cluster: cluster.name,
      message: `Service ${owner.namespace}/${owner.name} declares ${text(declared)}; policy allows ${text(desired)}`,
      advice:
        "change the annotation of the Service, or the policy: until then the cloud controller and Mooring overwrite each other",
      declared: text(declared),
      allowed: text(desired),
    };
  },
});

export const plsRepairConflict = defineCheck({
  id: "pls-repair-conflict",
  title: "Another writer repeatedly reverts a Private Link Service",
  severity: "error",
  docs: "Mooring stops after `privateLinkServices.maxRepairsPerHour` repairs. The Private Link Service keeps the values of the other writer.",
  on: "pls",
  check: ({ pls, cluster, policy, touches }) => {
    const repairs = mostRepairs(touches);
    if (repairs < policy.privateLinkServices.maxRepairsPerHour) return undefined;
    const others = touches
      .filter(({ who }) => who !== MOORING)
      .map(({ who, operation }) => `${who} (${operation})`);
    return {
      about: pls.id,
      cluster: cluster.name,
      message: `Mooring repaired Private Link Service ${pls.name} ${repairs} times within an hour and has stopped; other writers in the activity log: ${[...new Set(others)].join(", ") || "none"}`,
      advice: "find out why the other writer changes it, then correct that writer or the annotation",
    };
  },
});

export const plsWithoutService = defineCheck({
  id: "pls-without-service",
  title: "A Private Link Service is not declared by any Service",
  severity: "warning",
  docs: "It stays visible to its consumers and uses addresses.",
  on: "pls",
  check: ({ pls, cluster, owner, isConfirmed }) => {
    // Without a list of the cluster its declarations are unknown; check `cluster-silent` reports that.
    if (owner?.intent.pls || !isConfirmed) return undefined;
    return {
      about: pls.id,
      cluster: cluster.name,
      message: owner
        ? `Service ${owner.namespace}/${owner.name} no longer sets azure-pls-create; Private Link Service ${pls.name} still exists`
        : `no Service of ${cluster.name} owns Private Link Service ${pls.name}`,
      advice:
        "if it is not needed, let the sweep remove it: Mooring moves it to quarantine after it is proved an orphan",
    };
  },
});
