import { ANNOTATIONS } from "../../annotations/keys.ts";
import { LINK_NAME as NAME } from "../../inventory/places.ts";
import type { Rule } from "../rule.ts";

const KEY = ANNOTATIONS.linkName.key;

export const plsNameInvalid: Rule = {
  id: "pls-name-invalid",
  title: "Not a name that Azure takes for a link",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "Azure refuses the link and the Service stays pending.",
  cel: () =>
    `variables.hasLink && variables.linkName.trim() != '' && !variables.linkName.trim().matches('${NAME.source}')`,
  check: ({ intent: { link } }) => {
    if (link?.name === undefined || NAME.test(link.name)) return [];
    return [
      {
        field: KEY,
        value: link.name,
        message:
          "a link's name has 1 to 80 letters, digits, underscores, dots and dashes, begins with a letter or digit and ends with one or an underscore",
      },
    ];
  },
};

export const plsNameImmutable: Rule = {
  id: "pls-name-immutable",
  title: "An update renames a link",
  severity: "deny",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller fails: an existing link keeps its name. Names are compared without case.",
  cel: () =>
    "variables.hadLink && variables.hasLink && variables.oldLinkName != '' && variables.linkName.trim() != '' && variables.oldLinkName.lowerAscii() != variables.linkName.trim().lowerAscii()",
  check: ({ intent, old }) => {
    const [before, after] = [old?.intent.link?.name, intent.link?.name];
    if (before === undefined || after === undefined || before.toLowerCase() === after.toLowerCase())
      return [];
    return [
      {
        field: KEY,
        value: after,
        message: `the link is called ${before} and cannot be renamed: keep the name, or make a new Service`,
      },
    ];
  },
};
