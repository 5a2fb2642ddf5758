/** Findings as an AdmissionResponse: short warnings for kubectl, full messages in the refusal. */
import { inert } from "../core/inert.ts";
import type { AdmissionMode } from "../policy/modes.ts";
import type { AdmissionResponse } from "./review.ts";
import type { RuleFinding } from "./rule.ts";

/** Kubernetes recommends warnings below 120 characters, and truncates them at 256. */
const WARNING_CHARACTERS = 119;
/** A list annotation may have a hundred thousand invalid entries: report the first. */
const MOST_FINDINGS = 50;
const MOST_CHARACTERS = 2000;
const WOULD_BE_REFUSED = "would be refused";

/** The response to a request that is refused for a reason that no rule states: allowed with a warning in warn mode. */
export function refuse(
  uid: string,
  { code, message, mode }: { readonly code: number; readonly message: string; readonly mode: AdmissionMode },
): AdmissionResponse {
  if (mode === "enforce") return { uid, allowed: false, status: { code, message: inert(message) } };
  return {
    uid,
    allowed: true,
    warnings: [cut(inert(`${WOULD_BE_REFUSED}: ${message}`), WARNING_CHARACTERS)],
  };
}

/** In warn mode findings that would refuse the Service come first, as warnings. */
export function toResponse(
  uid: string,
  findings: readonly RuleFinding[],
  mode: AdmissionMode = "enforce",
): AdmissionResponse {
  const refusing = findings.filter(({ severity }) => severity === "deny");
  const warning = findings.filter(({ severity }) => severity === "warn");
  const [denied, warned] = mode === "enforce" ? [refusing, warning] : [[], [...refusing, ...warning]];
  return {
    uid,
    allowed: denied.length === 0,
    ...(denied.length > 0 && { status: { code: 403, message: told(denied, inFull).join("\n") } }),
    ...(warned.length > 0 && { warnings: told(warned, inShort) }),
    ...(findings.length > 0 && {
      auditAnnotations: { rules: rulesOf(findings), ...(mode === "warn" && { mode }) },
    }),
  };
}

function told(findings: readonly RuleFinding[], say: (finding: RuleFinding) => string): string[] {
  const more = findings.length - MOST_FINDINGS;
  return [...findings.slice(0, MOST_FINDINGS).map(say), ...(more > 0 ? [`and ${more} more`] : [])];
}

function rulesOf(findings: readonly RuleFinding[]): string {
  return findings
    .slice(0, MOST_FINDINGS)
    .map(({ rule, severity }) => `${rule}=${severity}`)
    .join(",");
}

function inFull({ rule, field, message }: RuleFinding): string {
  return cut(inert(`[${rule}] ${field}: ${message}`), MOST_CHARACTERS);
}

/** Only in warn mode a warning has severity `deny`. */
function inShort({ rule, severity, message }: RuleFinding): string {
  const would = severity === "deny" ? `${WOULD_BE_REFUSED}: ` : "";
  return cut(inert(`${would}[${rule}] ${message}`), WARNING_CHARACTERS);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
