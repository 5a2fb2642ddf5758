import { ANNOTATIONS } from "../../annotations/keys.ts";
import type { Rule } from "../rule.ts";
import { malformedEntry } from "./listEntries.ts";

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/** @see RFC 1123 section 2.1 */
const HOST_NAME = `^${LABEL}(?:[.]${LABEL})*$`;
const HOST_NAME_CHARACTERS = 253;

export const plsFqdnMalformed: Rule = {
  id: "pls-fqdn-malformed",
  title: "Not a host name",
  severity: "deny",
  reads: ANNOTATIONS.linkFqdns.key,
  needsState: false,
  docs: "Host names are separated by spaces, without scheme, port or path.",
  cel: () =>
    `variables.hasLink && variables.fqdns.exists(name, size(name) > ${HOST_NAME_CHARACTERS} || !name.matches('${HOST_NAME}'))`,
  check: ({ intent: { link } }) =>
    (link?.fqdns ?? [])
      .filter((name) => !isHostName(name))
      .map((name) => ({
        field: ANNOTATIONS.linkFqdns.key,
        value: name,
        message: malformedEntry(name, "a host name", "write names like app.example.com"),
      })),
};

export const plsProxyProtocol: Rule = {
  id: "pls-proxy-protocol",
  title: "The PROXY protocol is on",
  severity: "warn",
  reads: ANNOTATIONS.linkProxyProtocol.key,
  needsState: false,
  docs: "Backends that do not speak PROXY protocol v2 fail, health probes included.",
  cel: () => "variables.hasLink && variables.linkProxyProtocol.trim().lowerAscii() == 'true'",
  check: ({ annotations, intent: { link } }) =>
    link?.proxyProtocol
      ? [
          {
            field: ANNOTATIONS.linkProxyProtocol.key,
            value: annotations[ANNOTATIONS.linkProxyProtocol.key] ?? "",
            message: "backends must speak PROXY protocol v2, or connections through the link fail",
          },
        ]
      : [],
};

function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_CHARACTERS && new RegExp(HOST_NAME).test(text);
}
