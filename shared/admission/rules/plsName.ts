import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import { PLS_NAME as NAME } from "../../inventory/places.ts";
import type { Rule } from "../rule.ts";
import { livingHere } from "./plsLiving.ts";

const KEY = ANNOTATIONS.plsName.key;

export const plsNameInvalid: Rule = {
  id: "pls-name-invalid",
  title: "Invalid Private Link Service name",
  severity: "deny",
  reads: KEY,
  needsState: false,
  docs: "Azure rejects the Private Link Service and the Service stays pending. The cloud controller uses a blank annotation as a name, too.",
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
          "use 1 to 80 letters, digits, underscores, dots and hyphens; start with a letter or digit, end with a letter, digit or underscore",
      },
    ];
  },
};

export const plsNameAdded: Rule = {
  id: "pls-name-added",
  title: "Update adds a name to an existing Private Link Service",
  severity: "deny",
  celAtMost: "warn",
  reads: `${KEY}, before and after, the Service's own Private Link Service`,
  needsState: false,
  docs: "The cloud controller fails (cannot change existing name). Without the annotation the name is `pls-` and the frontend's name. A warning if Mooring has not recorded whether a Private Link Service exists.",
  cel: () =>
    "variables.hadPls && variables.hasPls && variables.oldPlsName == '' && variables.plsName.trim() != ''",
  check: (input) => {
    const name = input.intent.pls?.name;
    const living = livingHere(input);
    if (name === undefined || !input.old || input.old.intent.pls?.name !== undefined) return [];
    if (living ? living.name.toLowerCase() === name.toLowerCase() : !input.old.intent.pls) return [];
    const message = living
      ? `Private Link Service ${living.name} cannot be renamed: remove the annotation, or create a new Service`
      : "an existing Private Link Service cannot be renamed: if there is one, remove the annotation";
    return [{ field: KEY, value: name, message, ...(!living && { atMost: "warn" as const }) }];
  },
};

export const plsNameImmutable: Rule = {
  id: "pls-name-immutable",
  title: "Update renames a Private Link Service",
  severity: "deny",
  reads: `${KEY}, before and after`,
  needsState: false,
  docs: "The cloud controller fails because an existing Private Link Service cannot be renamed. Case does not matter.",
  cel: () =>
    "variables.hadPls && variables.hasPls && variables.oldPlsName != '' && variables.plsName.trim() != '' && variables.oldPlsName.lowerAscii() != variables.plsName.trim().lowerAscii()",
  check: (input) => {
    const [before, after] = [input.old?.intent.pls?.name, input.intent.pls?.name];
    if (before === undefined || after === undefined) return [];
    // An update may revert a rename that the controller rejected.
    if ([before, livingHere(input)?.name].some((name) => name?.toLowerCase() === after.toLowerCase()))
      return [];
    return [
      {
        field: KEY,
        value: after,
        message: `Private Link Service ${before} cannot be renamed: keep the name, or create a new Service`,
      },
    ];
  },
};
