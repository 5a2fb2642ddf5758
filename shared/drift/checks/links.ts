import { sameValue } from "../../changes/body.ts";
import type { Json } from "../../changes/resources.ts";
import { MOORING, mostRepairs } from "../../changes/touches.ts";
import { resourceName } from "../../network/resourceId.ts";
import type { LinkIntent } from "../../intents/model.ts";
import { desiredLink, type DesiredLink } from "../../links/desired.ts";
import { defineCheck, type Check, type Draft, type Subjects } from "../check.ts";
import { plannedField } from "../planned.ts";

type Field = keyof DesiredLink;

/** Declared, what policy leaves of it, and actual, side by side. */
function difference(subject: Subjects["link"], field: Field, what: string): Draft | undefined {
  const { link, cluster, owner, policy } = subject;
  const declared = owner?.intent.link;
  if (!declared) return undefined;
  const desired = desiredLink(declared, policy)[field];
  if (sameValue(asJson(desired), asJson(link[field]))) return undefined;
  const [wanted, allowed, actual] = [declared[field], desired, link[field]].map(asText);
  const narrowed = allowed === wanted ? "" : `, of which policy allows ${allowed}`;
  return {
    about: link.id,
    cluster: cluster.name,
    message: `the Service declares ${what} ${wanted}${narrowed}, link ${link.name} has ${actual}`,
    advice: policy.links.fields.includes(field)
      ? `Mooring puts it back in mode enforce; to keep it change the Service's annotation`
      : `set the link back, or change the Service's annotation`,
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
  defineCheck({ ...some, on: "link", check: (subject) => difference(subject, field, what) });

export const linkVisibilityDiffers = differs("visibility", "visibility", {
  id: "link-visibility-differs",
  title: "A link's visibility differs from what its Service declares",
  severity: "error",
  docs: "Who may see the link is not who was agreed: too many, or consumers that find nothing.",
});

export const linkAutoApprovalDiffers = differs("autoApproval", "auto-approval", {
  id: "link-auto-approval-differs",
  title: "A link's auto-approval differs from what its Service declares",
  severity: "error",
  docs: "Connections are approved that nobody agreed to, or wait that were.",
});

export const linkFqdnsDiffer = differs("fqdns", "host names", {
  id: "link-fqdns-differ",
  title: "A link's host names differ from what its Service declares",
  severity: "warn",
  docs: "Consumers resolve the host names that the link tells them.",
});

export const linkProxyProtocolDiffers = differs("proxyProtocol", "PROXY protocol", {
  id: "link-proxy-protocol-differs",
  title: "A link's PROXY protocol differs from what its Service declares",
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
  compare: (subject: Subjects["link"], declared: LinkIntent) => Compared,
) =>
  defineCheck({
    ...some,
    severity: "warn",
    on: "link",
    check: (subject) => {
      const { link, cluster, owner } = subject;
      if (!owner?.intent.link) return undefined;
      const { what, wanted, actual } = compare(subject, owner.intent.link);
      if (actual.toLowerCase() === wanted.toLowerCase()) return undefined;
      return {
        about: link.id,
        cluster: cluster.name,
        message: `the Service declares ${what} ${wanted}, link ${link.name} has ${actual || "none"}`,
        advice: "look at the Service's events: the controller could not bring the link there",
        declared: wanted,
        actual,
      };
    },
  });

export const linkNatAddressesDiffer = leftToController(
  {
    id: "link-nat-addresses-differ",
    title: "A link's NAT addresses differ from what its Service declares",
    docs: "Backends and firewalls see consumers behind these addresses.",
  },
  ({ link: { natAddresses } }, { natIpCount, natIps }) => ({
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

export const linkSubnetDiffers = leftToController(
  {
    id: "link-subnet-differs",
    title: "A link's NAT addresses are in another subnet than its Service declares",
    docs: "A link's subnet cannot change: the controller would have to make it anew.",
  },
  ({ link: { natAddresses }, cluster }, declared) => {
    const names = natAddresses.map(({ subnetId }) => resourceName(subnetId));
    return {
      what: "subnet",
      wanted: declared.subnet ?? cluster.defaultSubnet,
      actual: [...new Set(names)].join(" "),
    };
  },
);

export const linkBeyondPolicy = defineCheck({
  id: "link-beyond-policy",
  title: "A Service declares for its link what policy does not allow",
  severity: "warn",
  docs: "The controller sets what the Service declares, Mooring takes it back: the declaration must change, or the policy.",
  on: "link",
  check: ({ link, cluster, owner, policy }) => {
    const declared = owner?.intent.link;
    if (!declared) return undefined;
    const desired = desiredLink(declared, policy);
    const fields = (["visibility", "autoApproval"] as const).filter(
      (field) => desired[field] !== declared[field] && asText(desired[field]) !== asText(declared[field]),
    );
    if (fields.length === 0) return undefined;
    const text = (from: DesiredLink) => fields.map((field) => `${field}: ${asText(from[field])}`).join("; ");
    return {
      about: link.id,
      cluster: cluster.name,
      message: `Service ${owner.namespace}/${owner.name} declares ${text(declared)}; policy leaves ${text(desired)}`,
      advice:
        "change the Service's annotation, or the policy: until then the controller and Mooring disagree",
      declared: text(declared),
      allowed: text(desired),
    };
  },
});

export const linkFoughtOver = defineCheck({
  id: "link-fought-over",
  title: "Another writer keeps changing a link back",
  severity: "error",
  docs: "Mooring stops after `links.maxRepairsPerHour` repairs, so the link stays as the other writer wants it.",
  on: "link",
  check: ({ link, cluster, policy, touches }) => {
    const repairs = mostRepairs(touches);
    if (repairs < policy.links.maxRepairsPerHour) return undefined;
    const others = touches
      .filter(({ who }) => who !== MOORING)
      .map(({ who, operation }) => `${who} (${operation})`);
    return {
      about: link.id,
      cluster: cluster.name,
      message: `Mooring repaired link ${link.name} ${repairs} times within an hour and has stopped; writers that Azure named: ${[...new Set(others)].join(", ") || "none"}`,
      advice: "find out why the other one writes, then make the annotation or that writer right",
    };
  },
});

export const linkUnexpected = defineCheck({
  id: "link-unexpected",
  title: "A link that no living Service declares",
  severity: "warn",
  docs: "It stays visible to its consumers, and holds addresses.",
  on: "link",
  check: ({ link, cluster, owner, isHeard }) => {
    // Of a cluster that never spoke nobody knows what it declares: that is told of the cluster.
    if (owner?.intent.link || !isHeard) return undefined;
    return {
      about: link.id,
      cluster: cluster.name,
      message: owner
        ? `Service ${owner.namespace}/${owner.name} has withdrawn azure-pls-create; link ${link.name} stays`
        : `no living Service of ${cluster.name} owns link ${link.name}`,
      advice: "if nobody needs it, let the sweep remove it; it is quarantined once proved an orphan",
    };
  },
});
