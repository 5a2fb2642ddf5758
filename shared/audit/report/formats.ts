/** Formats of a report: values of `-o` and `--report` of the CLI and of `format` of the API. */
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html.ts";
import { renderJson, renderJsonLines } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { AuditReport } from "./model.ts";
import { renderSarif } from "./sarif.ts";
import { renderTable } from "./table.ts";

export interface Format {
  readonly mediaType: string;
  /** File name extension without the dot. */
  readonly extension: string;
  readonly render: (report: AuditReport) => string;
}

export const FORMATS = {
  table: {
    mediaType: "text/plain; charset=utf-8",
    extension: "txt",
    render: (report) => renderTable(report),
  },
  json: { mediaType: "application/json", extension: "json", render: renderJson },
  jsonl: { mediaType: "application/jsonl", extension: "jsonl", render: renderJsonLines },
  csv: { mediaType: "text/csv; charset=utf-8", extension: "csv", render: renderCsv },
  markdown: { mediaType: "text/markdown; charset=utf-8", extension: "md", render: renderMarkdown },
  sarif: { mediaType: "application/sarif+json", extension: "sarif", render: renderSarif },
  html: { mediaType: "text/html; charset=utf-8", extension: "html", render: renderHtml },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

export function isFormat(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}
