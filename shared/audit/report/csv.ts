import { inert } from "../../core/inert.ts";
import type { AuditReport, ReportedFinding } from "./model.ts";

type Cell = (finding: ReportedFinding) => string | undefined;

const COLUMNS: Readonly<Record<string, Cell>> = {
  id: ({ id }) => id,
  severity: ({ severity }) => severity,
  state: ({ state }) => state,
  news: ({ news }) => news,
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

/** A finding a row, with a header. @see https://www.rfc-editor.org/rfc/rfc4180 */
export function renderCsv({ findings }: AuditReport): string {
  const rows = findings.map((finding) => Object.values(COLUMNS).map((cell) => cell(finding) ?? ""));
  return [Object.keys(COLUMNS), ...rows].map((row) => `${row.map(toCell).join(",")}\r\n`).join("");
}

function toCell(text: string): string {
  const cell = defused(text);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A spreadsheet takes a cell that begins so for a formula. @see https://owasp.org/www-community/attacks/CSV_Injection */
function defused(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${inert(text)}` : inert(text);
}
