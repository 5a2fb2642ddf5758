import { inert } from "../../core/inert.ts";
import type { AuditReport, ReportedFinding } from "./model.ts";

type Cell = (finding: ReportedFinding) => string | undefined;

const COLUMNS: Readonly<Record<string, Cell>> = {
  id: ({ id }) => id,
  severity: ({ severity }) => severity,
  state: ({ state }) => state,
  change: ({ change }) => change,
  check: ({ check }) => check,
  about: ({ about }) => about,
  cluster: ({ cluster }) => cluster,
  scope: ({ scope }) => scope,
  message: ({ message }) => message,
  advice: ({ advice }) => advice,
  declared: ({ declared }) => declared,
  allowed: ({ allowed }) => allowed,
  actual: ({ actual }) => actual,
  planned: ({ planned }) => planned?.join("; "),
  firstSeenAtUtc: ({ firstSeenAtUtc }) => firstSeenAtUtc,
  lastSeenAtUtc: ({ lastSeenAtUtc }) => lastSeenAtUtc,
  acknowledgedBy: ({ acknowledged }) => acknowledged?.who,
  acknowledgedUntilUtc: ({ acknowledged }) => acknowledged?.untilUtc,
  acknowledgedReason: ({ acknowledged }) => acknowledged?.reason,
};

/** One row per finding, with a header. @see https://www.rfc-editor.org/rfc/rfc4180 */
export function renderCsv({ findings }: AuditReport): string {
  const rows = findings.map((finding) => Object.values(COLUMNS).map((cell) => cell(finding) ?? ""));
  return [Object.keys(COLUMNS), ...rows].map((row) => `${row.map(toCell).join(",")}\r\n`).join("");
}

function toCell(text: string): string {
  const cell = escapeFormula(text);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Prefixes cells that a spreadsheet would interpret as formulas. @see https://owasp.org/www-community/attacks/CSV_Injection */
function escapeFormula(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${inert(text)}` : inert(text);
}
