import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { Rule } from "../rule.ts";
import { malformedEntry } from "./listEntries.ts";

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/** @see RFC 1123 section 2.1 */
const HOST_NAME = `^${LABEL}(?:[.]${LABEL})*$`;
const HOST_NAME_CHARACTERS = 253;

export const plsFqdnMalformed: Rule = {
  id: "pls-fqdn-malformed",
  title: "Malformed host name",
  severity: "deny",
  reads: ANNOTATIONS.plsFqdns.key,
  needsState: false,
  docs: "Host names are separated by spaces, without scheme, port or path.",
  cel: () =>
    `variables.hasPls && variables.fqdns.exists(name, size(name) > ${HOST_NAME_CHARACTERS} || !name.matches('${HOST_NAME}'))`,
  check: ({ intent: { pls } }) =>
    (pls?.fqdns ?? [])
      .filter((name) => !isHostName(name))
      .map((name) => ({
        field: ANNOTATIONS.plsFqdns.key,
        value: name,
        message: malformedEntry(name, "a host name", "use names like app.example.com"),
      })),
};

export const plsProxyProtocol: Rule = {
  id: "pls-proxy-protocol",
  title: "PROXY protocol is enabled",
  severity: "warn",
  reads: ANNOTATIONS.plsProxyProtocol.key,
  needsState: false,
  docs: "Backends that do not support PROXY protocol v2 reject connections, including health probes.",
  cel: () => "variables.hasPls && variables.plsProxyProtocol.trim().lowerAscii() == 'true'",
  check: ({ annotations, intent: { pls } }) =>
    pls?.proxyProtocol
      ? [
          {
            field: ANNOTATIONS.plsProxyProtocol.key,
            value: annotations[ANNOTATIONS.plsProxyProtocol.key] ?? "",
            message:
              "backends must support PROXY protocol v2, or connections through the Private Link Service fail",
          },
        ]
      : [],
};

function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_CHARACTERS && new RegExp(HOST_NAME).test(text);
}
