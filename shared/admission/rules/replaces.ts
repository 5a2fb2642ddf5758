import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Rule } from "../rule.ts";

const KEY = OWN_ANNOTATIONS.replaces.key;
const NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
const FORM = `^(${NAME}/)?${NAME}/${NAME}$`;
const matches = new RegExp(FORM);

export const replacesMalformed: Rule = {
  id: "replaces-malformed",
  title: "Malformed name of the replaced Service",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "A name without a cluster refers to the same cluster.",
  cel: () =>
    `'${KEY}' in variables.annotations && variables.annotations['${KEY}'].trim() != '' && !variables.annotations['${KEY}'].trim().matches('${FORM}')`,
  check: ({ annotations, intent: { replaces } }) => {
    if (replaces === undefined || matches.test(replaces)) return [];
    const message = "use namespace/name, or cluster/namespace/name for a Service of another cluster";
    return [{ field: KEY, value: annotations[KEY] ?? "", message }];
  },
};
