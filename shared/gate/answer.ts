/** Findings in the words of an AdmissionResponse: short warnings for kubectl, everything in the refusal. */
import { inert } from "../inert.ts";
import type { AdmissionResponse } from "./review.ts";
import type { RuleFinding } from "./rule.ts";

/** Kubernetes asks for warnings below 120 characters, and cuts at 256. */
const WARNING_CHARACTERS = 119;

export function toResponse(uid: string, findings: readonly RuleFinding[]): AdmissionResponse {
  const denied = findings.filter(({ severity }) => severity === "deny");
  const warned = findings.filter(({ severity }) => severity === "warn");
  return {
    uid,
    allowed: denied.length === 0,
    ...(denied.length > 0 && { status: { code: 403, message: denied.map(inFull).join("\n") } }),
    ...(warned.length > 0 && { warnings: warned.map(inShort) }),
    ...(findings.length > 0 && {
      auditAnnotations: { rules: findings.map(({ rule, severity }) => `${rule}=${severity}`).join(",") },
    }),
  };
}

function inFull({ rule, field, message }: RuleFinding): string {
  return inert(`[${rule}] ${field}: ${message}`);
}

function inShort({ rule, message }: RuleFinding): string {
  const text = inert(`[${rule}] ${message}`);
  if (text.length <= WARNING_CHARACTERS) return text;
  return `${text.slice(0, WARNING_CHARACTERS - 1).toWellFormed()}…`;
}
