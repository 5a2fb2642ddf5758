/** Output of a report: to standard output in one format, and to files. */
import { access, constants, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import { SEVERITIES, type Severity } from "../../shared/findings/finding.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { FORMAT_NAMES, FORMATS, isFormat, type FormatName } from "../../shared/audit/report/formats.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { renderTable, type PaintTone, type Tone } from "../../shared/audit/report/table.ts";

export interface OutputOptions {
  readonly failOn?: string;
  readonly report?: readonly string[];
}

export interface Output {
  readonly format: FormatName;
  readonly files: readonly { readonly path: string; readonly format: FormatName }[];
  readonly failOn: Severity | undefined;
}

/** @throws InvalidInput with all problems */
export async function readOutput(command: Command, { failOn, report = [] }: OutputOptions): Promise<Output> {
  const { output = "table" } = command.optsWithGlobals<{ output?: string }>();
  const files = report.map((path) => ({ path, format: formatOfFile(path) }));
  const problems = [
    ...(isFormat(output) ? [] : [`--output ${output}: unknown format; use ${FORMAT_NAMES.join(", ")}`]),
    ...failOnProblems(failOn),
    ...files.flatMap(({ path, format }) => (format ? [] : [`--report ${path}: unknown file extension`])),
    ...(await folderProblems(report)),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
  return {
    format: output as FormatName,
    files: files.flatMap(({ path, format }) => (format ? [{ path, format }] : [])),
    failOn: failOn as Severity | undefined,
  };
}

export function failOnProblems(failOn: string | undefined): string[] {
  const isValid = failOn === undefined || SEVERITIES.some((severity) => severity === failOn);
  return isValid ? [] : [`--fail-on ${failOn}: unknown severity; use ${SEVERITIES.join(", ")}`];
}

/** Checked before the audit, not after it. */
async function folderProblems(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.allSettled(paths.map((path) => access(dirname(path), constants.W_OK)));
  return found.flatMap((one, index) =>
    one.status === "rejected"
      ? [`--report ${paths[index]}: the folder does not exist or is not writable`]
      : [],
  );
}

function formatOfFile(path: string): FormatName | undefined {
  const extension = extname(path).slice(1).toLowerCase();
  return FORMAT_NAMES.find((name) => FORMATS[name].extension === extension);
}

/** Writes to standard output and to all files. @throws InvalidInput with each file that cannot be written */
export async function writeReport(report: AuditReport, { format, files }: Output): Promise<void> {
  process.stdout.write(format === "table" ? toTerminal(report) : FORMATS[format].render(report));
  const written = await Promise.allSettled(
    files.map(({ path, format }) => writeFile(path, FORMATS[format].render(report))),
  );
  const problems = written.flatMap((one, index) =>
    one.status === "rejected" ? [`--report ${files[index]?.path}: ${String(one.reason.message)}`] : [],
  );
  if (problems.length > 0) throw new InvalidInput(problems);
}

const COLOURS = {
  error: "red",
  warning: "yellow",
  info: "cyan",
  good: "green",
  quiet: "dim",
  strong: "bold",
} as const satisfies Record<Tone, string>;

/** Colours if the terminal supports them and NO_COLOR is not set. */
export const paintTone: PaintTone = (tone, text) =>
  styleText(COLOURS[tone], text, { stream: process.stdout });

function toTerminal(report: AuditReport): string {
  return renderTable(report, { columns: width(), paint: paintTone });
}

/** Width of the terminal; a fixed width in a pipe. */
export function width(): number {
  return process.stdout.isTTY ? process.stdout.columns : PIPE_COLUMNS;
}

const PIPE_COLUMNS = 120;

/** True if there are open findings of this severity or higher. */
export function reaches({ open }: Pick<AuditReport, "open">, failOn: Severity | undefined): boolean {
  if (failOn === undefined) return false;
  return SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1).some((severity) => open[severity] > 0);
}
