import { API_VERSION, toDocument, toJsonFinding, type ReportLine } from "./document.ts";
import { inertJson } from "../../core/inert.ts";
import type { AuditReport } from "./model.ts";

/** One document, as in `docs/reference/audit.schema.json`. */
export function renderJson(report: AuditReport): string {
  return `${inertJson(toDocument(report), 2)}\n`;
}

/** One finding per line; empty without findings. */
export function renderJsonLines(report: AuditReport): string {
  const lines = report.findings.map((finding): ReportLine => {
    return { apiVersion: API_VERSION, run: report.run.id, ...toJsonFinding(finding) };
  });
  return lines.map((line) => `${inertJson(line)}\n`).join("");
}
