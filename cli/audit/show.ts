import type { Command } from "commander";
import { fromDocument } from "../../shared/audit/report/document.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { openApi } from "../api/open.ts";
import type { Api } from "../api/operations.ts";
import { readOutput, reaches, writeReport, type OutputOptions } from "./output.ts";

/** Prints the report of a run; of the latest one by default. */
export async function show(
  name: string | undefined,
  options: OutputOptions,
  command: Command,
): Promise<void> {
  const output = await readOutput(command, options);
  const report = await readReport(await openApi(command), name ?? "latest");
  await writeReport(report, output);
  if (reaches(report, output.failOn)) process.exitCode = 1;
}

/** @throws ApiFailure if the audit does not exist */
export async function readReport(api: Api, id: string): Promise<AuditReport> {
  return fromDocument(await api.call("getAuditReport", { params: { id }, query: { format: "json" } }));
}
