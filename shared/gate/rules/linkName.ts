import { ANNOTATIONS } from "../../annotations/keys.ts";
import { LINK_NAME as NAME } from "../../inventory/places.ts";
import type { Rule } from "../rule.ts";
import { livingHere } from "./linkLiving.ts";

const KEY = ANNOTATIONS.linkName.key;

export const plsNameInvalid: Rule = {
  id: "pls-name-invalid",
  title: "Not a name that Azure takes for a link",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "Azure refuses the link and the Service stays pending. The cloud controller takes a blank annotation as a name, too.",
  cel: () =>
    `variables.hasLink && '${KEY}' in variables.annotations && !variables.linkName.trim().matches('${NAME.source}')`,
  check: ({ annotations, intent: { link } }) => {
    const value = annotations[KEY];
    if (!link || value === undefined || NAME.test(link.name ?? "")) return [];
    return [
      {
        field: KEY,
        value: link.name ?? value,
        message:
          "a link's name has 1 to 80 letters, digits, underscores, dots and dashes, begins with a letter or digit and ends with one or an underscore",
      },
    ];
  },
};

export const plsNameAdded: Rule = {
  id: "pls-name-added",
  title: "An update gives a name to a Private Link Service that has another",
  severity: "deny",
  celAtMost: "warn",
  reads: `${KEY}, before and after, the Service's own Private Link Service`,
  needsState: false,
  docs: "The cloud controller fails (cannot change existing name): one without the annotation has the name `pls-` and its frontend's. A warning where it is not known whether there is one.",
  cel: () =>
    "variables.hadLink && variables.hasLink && variables.oldLinkName == '' && variables.linkName.trim() != ''",
  check: (input) => {
    const name = input.intent.link?.name;
    const living = livingHere(input);
    if (name === undefined || !input.old || input.old.intent.link?.name !== undefined) return [];
    if (living ? living.name.toLowerCase() === name.toLowerCase() : !input.old.intent.link) return [];
    const message = living
      ? `the Private Link Service is called ${living.name} and cannot be renamed: remove the annotation, or create a new Service`
      : "an existing Private Link Service cannot be renamed: if there is one, remove the annotation";
    return [{ field: KEY, value: name, message, ...(!living && { atMost: "warn" as const }) }];
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
  check: (input) => {
    const [before, after] = [input.old?.intent.link?.name, input.intent.link?.name];
    if (before === undefined || after === undefined) return [];
    // A rename that the controller refused may be taken back.
    if ([before, livingHere(input)?.name].some((name) => name?.toLowerCase() === after.toLowerCase()))
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
