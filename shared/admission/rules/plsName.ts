import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { PLS_NAME as NAME } from "../../inventory/places.ts";
import type { Rule } from "../rule.ts";
import { livingHere } from "./plsLiving.ts";

const KEY = ANNOTATIONS.plsName.key;

export const plsNameInvalid: Rule = {
  id: "pls-name-invalid",
  title: "Not a name that Azure takes for a Private Link Service",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "Azure refuses the Private Link Service and the Service stays pending. The cloud controller takes a blank annotation as a name, too.",
  cel: () =>
    `variables.hasPls && '${KEY}' in variables.annotations && !variables.plsName.trim().matches('${NAME.source}')`,
  check: ({ annotations, intent: { pls } }) => {
    const value = annotations[KEY];
    if (!pls || value === undefined || NAME.test(pls.name ?? "")) return [];
    return [
      {
        field: KEY,
        value: pls.name ?? value,
        message:
          "a Private Link Service's name has 1 to 80 letters, digits, underscores, dots and dashes, begins with a letter or digit and ends with one or an underscore",
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
    "variables.hadPls && variables.hasPls && variables.oldPlsName == '' && variables.plsName.trim() != ''",
  check: (input) => {
    const name = input.intent.pls?.name;
    const living = livingHere(input);
    if (name === undefined || !input.old || input.old.intent.pls?.name !== undefined) return [];
    if (living ? living.name.toLowerCase() === name.toLowerCase() : !input.old.intent.pls) return [];
    const message = living
      ? `the Private Link Service is called ${living.name} and cannot be renamed: remove the annotation, or create a new Service`
      : "an existing Private Link Service cannot be renamed: if there is one, remove the annotation";
    return [{ field: KEY, value: name, message, ...(!living && { atMost: "warn" as const }) }];
  },
};

export const plsNameImmutable: Rule = {
  id: "pls-name-immutable",
  title: "An update renames a Private Link Service",
  severity: "deny",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller fails: an existing Private Link Service keeps its name. Names are compared without case.",
  cel: () =>
    "variables.hadPls && variables.hasPls && variables.oldPlsName != '' && variables.plsName.trim() != '' && variables.oldPlsName.lowerAscii() != variables.plsName.trim().lowerAscii()",
  check: (input) => {
    const [before, after] = [input.old?.intent.pls?.name, input.intent.pls?.name];
    if (before === undefined || after === undefined) return [];
    // A rename that the controller refused may be taken back.
    if ([before, livingHere(input)?.name].some((name) => name?.toLowerCase() === after.toLowerCase()))
      return [];
    return [
      {
        field: KEY,
        value: after,
        message: `the Private Link Service is called ${before} and cannot be renamed: keep the name, or make a new Service`,
      },
    ];
  },
};
