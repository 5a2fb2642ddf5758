/** Findings as an AdmissionResponse: short warnings for kubectl, full messages in the refusal. */
import { inert } from "../core/inert.ts";
import type { AdmissionResponse } from "./review.ts";
import type { RuleFinding } from "./rule.ts";

/** Kubernetes recommends warnings below 120 characters, and truncates them at 256. */
const WARNING_CHARACTERS = 119;
/** A list annotation may have a hundred thousand invalid entries: report the first. */
const MOST_FINDINGS = 50;
const MOST_CHARACTERS = 2000;

export function toResponse(uid: string, findings: readonly RuleFinding[]): AdmissionResponse {
  const denied = findings.filter(({ severity }) => severity === "deny");
  const warned = findings.filter(({ severity }) => severity === "warn");
  return {
    uid,
    allowed: denied.length === 0,
    ...(denied.length > 0 && { status: { code: 403, message: told(denied, inFull).join("\n") } }),
    ...(warned.length > 0 && { warnings: told(warned, inShort) }),
    ...(findings.length > 0 && {
      auditAnnotations: { rules: rulesOf(findings) },
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

function inShort({ rule, message }: RuleFinding): string {
  return cut(inert(`[${rule}] ${message}`), WARNING_CHARACTERS);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
