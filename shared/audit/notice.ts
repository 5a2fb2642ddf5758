/** What is told to others, as CloudEvents; `docs/notices.schema.json` is made from this. */
import * as z from "zod";

const severity = z.enum(["error", "warn", "info"]);

export const FindingData = z.strictObject({
  auditId: z.string().describe("The audit that saw it"),
  id: z.string().describe("The finding, the same in every audit"),
  check: z.string().describe("Check that fails; docs/checks.md explains each"),
  severity,
  about: z.string().describe("Resource id, or cluster/namespace/name of a Service"),
  cluster: z.string().optional(),
  message: z.string().describe("What is wrong, in a sentence"),
});

export const AuditData = z.strictObject({
  auditId: z.string(),
  state: z.enum(["done", "failed", "cancelled"]).describe("failed: something could not be read"),
  startedAtUtc: z.iso.datetime(),
  finishedAtUtc: z.iso.datetime(),
  open: z
    .strictObject({ error: z.int(), warn: z.int(), info: z.int() })
    .describe("Open findings of everything"),
  acknowledged: z.int(),
  appeared: z.int().describe("Findings that are new, came back or got worse"),
  resolved: z.int(),
  untold: z.int().describe("Of those that appeared, how many are not told one by one"),
  failures: z.array(z.strictObject({ scope: z.string(), why: z.string() })),
});

const envelope = {
  specversion: z.literal("1.0"),
  id: z.string().describe("The same when it is sent again"),
  source: z.string().describe("Which Mooring says so"),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  subject: z.string().describe("The finding's id, or the audit's"),
};

export const Notice = z.discriminatedUnion("type", [
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Opened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Reopened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Finding.Worsened"), data: FindingData }),
  z.strictObject({ ...envelope, type: z.literal("Mooring.Audit.Finished"), data: AuditData }),
]);
export type Notice = z.infer<typeof Notice>;
