import { sameValue } from "../../changes/body.ts";
import type { Json } from "../../ports/resources.ts";
import { MOORING, mostRepairs } from "../../changes/touches.ts";
import { resourceName } from "../../azure/resourceId.ts";
import type { PlsIntent } from "../../kubernetes/intent.ts";
import { desiredPls, type DesiredPls } from "../../pls/desired.ts";
import { defineCheck, type Check, type Draft, type Subjects } from "../check.ts";
import { plannedField } from "../planned.ts";

type Field = keyof DesiredPls;

/** Declared, what policy leaves of it, and actual, side by side. */
function difference(subject: Subjects["pls"], field: Field, what: string): Draft | undefined {
  const { pls, cluster, owner, policy } = subject;
  const declared = owner?.intent.pls;
  if (!declared) return undefined;
  const desired = desiredPls(declared, policy)[field];
  if (sameValue(asJson(desired), asJson(pls[field]))) return undefined;
  const [wanted, allowed, actual] = [declared[field], desired, pls[field]].map(asText);
  const narrowed = allowed === wanted ? "" : `, of which policy allows ${allowed}`;
  return {
    about: pls.id,
    cluster: cluster.name,
    message: `the Service declares ${what} ${wanted}${narrowed}, Private Link Service ${pls.name} has ${actual}`,
    advice: policy.privateLinkServices.fields.includes(field)
      ? `Mooring puts it back in mode enforce; to keep it change the Service's annotation`
      : `set the Private Link Service back, or change the Service's annotation`,
    declared: wanted ?? "",
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
  title: "A Private Link Service's visibility differs from what its Service declares",
  severity: "error",
  docs: "Who may see the Private Link Service is not who was agreed: too many, or consumers that find nothing.",
});

export const plsAutoApprovalDiffers = differs("autoApproval", "auto-approval", {
  id: "pls-auto-approval-differs",
  title: "A Private Link Service's auto-approval differs from what its Service declares",
  severity: "error",
  docs: "Connections are approved that nobody agreed to, or wait that were.",
});

export const plsFqdnsDiffer = differs("fqdns", "host names", {
  id: "pls-fqdns-differ",
  title: "A Private Link Service's host names differ from what its Service declares",
  severity: "warn",
  docs: "Consumers resolve the host names that the Private Link Service tells them.",
});

export const plsProxyProtocolDiffers = differs("proxyProtocol", "PROXY protocol", {
  id: "pls-proxy-protocol-differs",
  title: "A Private Link Service's PROXY protocol differs from what its Service declares",
  severity: "warn",
  docs: "With PROXY protocol on one side only every connection fails.",
});

interface Compared {
  readonly what: string;
  readonly wanted: string;
  readonly actual: string;
}

/** Of what only the controller can change: by its next reconcile, or never. */
const leftToController = (
  some: Pick<Check, "id" | "title" | "docs">,
  compare: (subject: Subjects["pls"], declared: PlsIntent) => Compared,
) =>
  defineCheck({
    ...some,
    severity: "warn",
    on: "pls",
    check: (subject) => {
      const { pls, cluster, owner } = subject;
      if (!owner?.intent.pls) return undefined;
      const { what, wanted, actual } = compare(subject, owner.intent.pls);
      if (actual.toLowerCase() === wanted.toLowerCase()) return undefined;
      return {
        about: pls.id,
        cluster: cluster.name,
        message: `the Service declares ${what} ${wanted}, Private Link Service ${pls.name} has ${actual || "none"}`,
        advice: "look at the Service's events: the controller could not bring the Private Link Service there",
        declared: wanted,
        actual,
      };
    },
  });

export const plsNatAddressesDiffer = leftToController(
  {
    id: "pls-nat-addresses-differ",
    title: "A Private Link Service's NAT addresses differ from what its Service declares",
    docs: "Backends and firewalls see consumers behind these addresses.",
  },
  ({ pls: { natAddresses } }, { natIpCount, natIps }) => ({
    what: "NAT addresses:",
    wanted: natText(natIpCount, natIps),
    actual: natText(
      natAddresses.length,
      natAddresses.flatMap(({ address }) => address ?? []),
    ),
  }),
);

function natText(count: number, fixed: readonly string[]): string {
  return fixed.length === 0 ? String(count) : `${count} (${fixed.toSorted().join(" ")})`;
}

export const plsSubnetDiffers = leftToController(
  {
    id: "pls-subnet-differs",
    title: "A Private Link Service's NAT addresses are in another subnet than its Service declares",
    docs: "A Private Link Service's subnet cannot change: the controller would have to make it anew.",
  },
  ({ pls: { natAddresses }, cluster }, declared) => {
    const names = natAddresses.map(({ subnetId }) => resourceName(subnetId));
    return {
      what: "subnet",
      wanted: declared.subnet ?? cluster.defaultSubnet,
      actual: [...new Set(names)].join(" "),
    };
  },
);

export const plsBeyondPolicy = defineCheck({
  id: "pls-beyond-policy",
  title: "A Service declares for its Private Link Service what policy does not allow",
  severity: "warn",
  docs: "The controller sets what the Service declares, Mooring takes it back: the declaration must change, or the policy.",
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
      message: `Service ${owner.namespace}/${owner.name} declares ${text(declared)}; policy leaves ${text(desired)}`,
      advice:
        "change the Service's annotation, or the policy: until then the controller and Mooring disagree",
      declared: text(declared),
      allowed: text(desired),
    };
  },
});

export const plsFoughtOver = defineCheck({
  id: "pls-fought-over",
  title: "Another writer keeps changing a Private Link Service back",
  severity: "error",
  docs: "Mooring stops after `privateLinkServices.maxRepairsPerHour` repairs, so the Private Link Service stays as the other writer wants it.",
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
      message: `Mooring repaired Private Link Service ${pls.name} ${repairs} times within an hour and has stopped; writers that Azure named: ${[...new Set(others)].join(", ") || "none"}`,
      advice: "find out why the other one writes, then make the annotation or that writer right",
    };
  },
});

export const plsUnexpected = defineCheck({
  id: "pls-unexpected",
  title: "A Private Link Service that no living Service declares",
  severity: "warn",
  docs: "It stays visible to its consumers, and holds addresses.",
  on: "pls",
  check: ({ pls, cluster, owner, isHeard }) => {
    // Of a cluster that never spoke nobody knows what it declares: that is told of the cluster.
    if (owner?.intent.pls || !isHeard) return undefined;
    return {
      about: pls.id,
      cluster: cluster.name,
      message: owner
        ? `Service ${owner.namespace}/${owner.name} has withdrawn azure-pls-create; Private Link Service ${pls.name} stays`
        : `no living Service of ${cluster.name} owns Private Link Service ${pls.name}`,
      advice: "if nobody needs it, let the sweep remove it; it is quarantined once proved an orphan",
    };
  },
});
