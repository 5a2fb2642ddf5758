import { sameValue } from "../../changes/body.ts";
import { defineCheck, type Draft, type Subjects } from "../check.ts";

function difference(
  { link, cluster }: Subjects["link"],
  what: string,
  declared: readonly string[],
  actual: readonly string[],
): Draft | undefined {
  if (sameValue([...declared], [...actual])) return undefined;
  const [wanted, has] = [declared.join(" ") || "none", actual.join(" ") || "none"];
  return {
    about: link.id,
    cluster: cluster.name,
    message: `the Service declares ${what} ${wanted}, link ${link.name} has ${has}`,
    advice: `set the link back, or change the Service's annotation`,
    declared: wanted,
    actual: has,
  };
}

export const linkVisibilityDiffers = defineCheck({
  id: "link-visibility-differs",
  title: "A link's visibility differs from what its Service declares",
  severity: "error",
  on: "link",
  check: (subject) =>
    subject.owner?.intent.link &&
    difference(subject, "visibility", subject.owner.intent.link.visibility, subject.link.visibility),
});

export const linkAutoApprovalDiffers = defineCheck({
  id: "link-auto-approval-differs",
  title: "A link's auto-approval differs from what its Service declares",
  severity: "error",
  on: "link",
  check: (subject) =>
    subject.owner?.intent.link &&
    difference(subject, "auto-approval", subject.owner.intent.link.autoApproval, subject.link.autoApproval),
});

export const linkFqdnsDiffer = defineCheck({
  id: "link-fqdns-differ",
  title: "A link's host names differ from what its Service declares",
  severity: "warn",
  on: "link",
  check: (subject) =>
    subject.owner?.intent.link &&
    difference(subject, "host names", subject.owner.intent.link.fqdns, subject.link.fqdns),
});

export const linkUnexpected = defineCheck({
  id: "link-unexpected",
  title: "A link that no living Service declares",
  severity: "warn",
  on: "link",
  check: ({ link, cluster, owner }) => {
    if (owner?.intent.link) return undefined;
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

export const linkMissing = defineCheck({
  id: "link-missing",
  title: "A Service declares a link that is not there",
  severity: "error",
  on: "service",
  check: ({ declared, frontend, link }) => {
    if (!declared.intent.link || !frontend || link) return undefined;
    return {
      about: `${declared.cluster}/${declared.namespace}/${declared.name}`,
      cluster: declared.cluster,
      message: "the Service declares a link, its frontend is there, the link is not",
      advice:
        "look at the Service's events: the subnet's network policies or the controller's rights are the usual reasons",
    };
  },
});
