/** Notices to other systems, as CloudEvents; `docs/reference/notices.schema.json` is generated from this schema. */
import * as z from "zod";
import { Counts } from "../severity.ts";
import { Finding } from "../findings/finding.ts";

const { id, check, severity, about, cluster, message } = Finding.shape;

export const FindingData = z.strictObject({
  auditId: z.string().describe("Audit that reported it"),
  id,
  check,
  severity,
  about,
  cluster,
  message,
});

export const AuditData = z.strictObject({
  auditId: z.string(),
  state: z.enum(["done", "failed", "cancelled"]).describe("failed: a scope could not be read"),
  startedAtUtc: z.iso.datetime(),
  finishedAtUtc: z.iso.datetime(),
  open: Counts.describe("All open findings by severity"),
  acknowledged: z.int(),
  appeared: z.int().describe("Findings that are new, reopened or more severe"),
  resolved: z.int(),
  omitted: z.int().describe("Appeared findings that are not sent as single notices"),
  failures: z.array(z.strictObject({ scope: z.string(), why: z.string() })),
});

const envelope = {
  specversion: z.literal("1.0"),
  id: z.string().describe("Stable: the same when the notice is sent again"),
  source: z.string().describe("The Mooring installation that sends it"),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  subject: z.string().describe("Id of the finding or audit"),
};

export const Notice = z.discriminatedUnion("type", [
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Opened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Reopened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Worsened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Audit.Finished"), data: AuditData }),
]);
export type Notice = z.infer<typeof Notice>;
