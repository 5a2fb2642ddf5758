import * as z from "zod";
import type { AuditRun } from "../shared/audit/auditRun.ts";
import type { Run } from "../shared/ports/ports.ts";
import { defineOperation, type Operation } from "./operation.ts";

/**
 * Same list as in `shared/audit/report/formats.ts`; a test compares both. A copy, so that only a report
 * request loads the report code.
 */
export const REPORT_FORMATS = ["table", "json", "jsonl", "csv", "markdown", "sarif", "html"] as const;

const TYPES = [
  "text/html",
  "text/plain",
  "text/csv",
  "text/markdown",
  "application/json",
  "application/jsonl",
  "application/sarif+json",
];

/** Scripts never run in a report, whatever the name of a resource contains. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

/** `GET /audits/{id}/report`. */
export function reportOperation(demandRun: (run: Run, id: string) => Promise<AuditRun>): Operation {
  return defineOperation({
    name: "getAuditReport",
    method: "GET",
    path: "/audits/{id}/report",
    summary: "Get the report of an audit as a file",
    role: "Mooring.Reader",
    types: TYPES,
    params: z.strictObject({ id: z.string().min(4).max(64) }),
    query: z.strictObject({
      format: z.enum(REPORT_FORMATS).default("html"),
      /** Download instead of display. */
      download: z.enum(["true", "false"]).default("false"),
    }),
    handle: async ({ run, params, query }) => {
      const audit = await demandRun(run, params.id);
      const [{ FORMATS }, { reportOf }] = await Promise.all([
        import("../shared/audit/report/formats.ts"),
        import("../shared/audit/report/gather.ts"),
      ]);
      const { mediaType, extension, render } = FORMATS[query.format];
      return {
        body: render(await reportOf(run, audit)),
        type: mediaType,
        policy: REPORT_POLICY,
        ...(query.download === "true" && { fileName: `mooring-audit-${audit.id}.${extension}` }),
      };
    },
  });
}
