import { OWN_ANNOTATIONS } from "../../kubernetes/ownAnnotations.ts";
import type { Rule } from "../rule.ts";

const KEY = OWN_ANNOTATIONS.replaces.key;
const NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
const FORM = `^(${NAME}/)?${NAME}/${NAME}$`;
const matches = new RegExp(FORM);

export const replacesMalformed: Rule = {
  id: "replaces-malformed",
  title: "The name of the Service that is replaced cannot be read",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "Without a cluster the Service is one of the same cluster.",
  cel: () =>
    `'${KEY}' in variables.annotations && variables.annotations['${KEY}'].trim() != '' && !variables.annotations['${KEY}'].trim().matches('${FORM}')`,
  check: ({ annotations, intent: { replaces } }) => {
    if (replaces === undefined || matches.test(replaces)) return [];
    const message =
      "write it as namespace/name, or as cluster/namespace/name for a Service of another cluster";
    return [{ field: KEY, value: annotations[KEY] ?? "", message }];
  },
};
