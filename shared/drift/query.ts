import { z } from "zod";
import type { Run } from "../ports.ts";
import type { Finding } from "./finding.ts";
import { listFindings } from "./findingStore.ts";

export const FindingQuery = z.strictObject({
  state: z.enum(["open", "resolved", "all"]).default("open"),
  severity: z.enum(["error", "warn", "info"]).optional(),
  cluster: z.string().optional(),
  // The function key may come as a query parameter; it is the host's, not ours.
  code: z.string().optional(),
});
export type FindingQuery = z.infer<typeof FindingQuery>;

export async function queryFindings(
  run: Run,
  { state, severity, cluster }: FindingQuery,
): Promise<Finding[]> {
  const all = await listFindings(run);
  return all.filter(
    (finding) =>
      (state === "all" || (state === "resolved") === (finding.resolvedAtUtc !== undefined)) &&
      (severity === undefined || finding.severity === severity) &&
      (cluster === undefined || finding.cluster === cluster),
  );
}
