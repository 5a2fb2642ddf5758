/**
 * SARIF output with the properties that GitHub code scanning requires of rules and results.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import { createHash } from "node:crypto";
import { inertJson, inertSarif } from "../../shared/core/inert.ts";
import type { Judged } from "../../shared/admission/judge.ts";
import type { Position, Problem } from "../../shared/admission/manifests/documents.ts";
import { subjectOf } from "../../shared/admission/manifests/manifest.ts";
import { RULES } from "../../shared/admission/rules.ts";
import { DOCUMENTS, VERSION } from "../../shared/core/version.ts";
import type { Checked } from "./formats.ts";

const LEVELS = { deny: "error", warn: "warning", off: "none" } as const;

export const UNREADABLE = "manifest-unreadable";

export function sarif({ judged, problems }: Checked): string {
  const driver = {
    name: "mooring",
    version: VERSION,
    semanticVersion: VERSION,
    informationUri: DOCUMENTS,
    rules: [...RULES.map(toRule), UNREADABLE_RULE],
  };
  const results = [...judged.flatMap(toResults), ...problems.map(toResult)];
  return inertJson(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver }, invocations: [{ executionSuccessful: problems.length === 0 }], results }],
    },
    2,
  );
}

function toRule({ id, title, docs, severity }: (typeof RULES)[number]) {
  return {
    id,
    shortDescription: { text: inertSarif(title) },
    fullDescription: { text: inertSarif(docs) },
    help: { text: inertSarif(docs) },
    helpUri: `${DOCUMENTS}/rules#${id}`,
    defaultConfiguration: { enabled: severity !== "off", level: LEVELS[severity] },
    properties: { tags: ["admission"], "problem.severity": severity === "deny" ? "error" : "warning" },
  };
}

const UNREADABLE_RULE = {
  id: UNREADABLE,
  shortDescription: { text: "Unreadable manifest" },
  fullDescription: { text: "This document was not checked. All other documents were checked." },
  help: { text: "Correct the file, or render it first if it is a template." },
  helpUri: `${DOCUMENTS}/pipelines`,
  defaultConfiguration: { enabled: true, level: "error" },
  properties: { tags: ["admission"], "problem.severity": "error" },
};

function toResults(one: Judged) {
  const subject = subjectOf(one);
  return one.findings.map(({ rule, severity, field, value, message, position }) => ({
    ruleId: rule,
    level: LEVELS[severity],
    message: { text: inertSarif(`${subject}: ${field}: ${message}`) },
    locations: [locationOf(position)],
    partialFingerprints: fingerprints([rule, subject, field, value]),
  }));
}

function toResult({ position, message }: Problem) {
  return {
    ruleId: UNREADABLE,
    level: "error",
    message: { text: inertSarif(message) },
    locations: [locationOf(position)],
    partialFingerprints: fingerprints([UNREADABLE, position.file, message]),
  };
}

function locationOf({ file, line, column }: Position) {
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(file) },
      region: { startLine: line, startColumn: column },
    },
  };
}

/** Stable while the finding exists, even if its line moves. GitHub identifies alerts by the first, other tools by the second. */
function fingerprints(parts: readonly string[]) {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
  return { primaryLocationLineHash: hash, "mooringCheck/v1": hash };
}

/** The path relative to the repository's root, as code scanning requires. */
function toUri(file: string): string {
  return encodeURI(file.toWellFormed().replaceAll("\\", "/").replace(/^\.\//, ""));
}
