/** Which findings somebody wants to see; the same for the command line and the API. */
import * as z from "zod";
import type { Run } from "../ports.ts";
import { SEVERITIES, stateOf, type Finding } from "./finding.ts";
import { listFindings } from "./findingStore.ts";

export const FindingQuery = z.strictObject({
  state: z.enum(["open", "acknowledged", "suspected", "resolved", "all"]).default("open"),
  severity: z.enum(["error", "warn", "info"]).optional(),
  check: z.string().optional(),
  cluster: z.string().optional(),
  scope: z.string().optional(),
  /** A resource id, or `cluster/namespace/name`. */
  about: z.string().optional(),
  /** Text that must be somewhere in it, in any case. */
  q: z.string().optional(),
});
export type FindingQuery = z.infer<typeof FindingQuery>;

/** The most severe first, then by check and subject. */
export async function queryFindings(run: Run, query: FindingQuery): Promise<Finding[]> {
  const nowUtc = run.now().toISOString();
  return (await listFindings(run)).filter((finding) => fits(finding, query, nowUtc)).toSorted(inOrder);
}

/** Pure. */
export function fits(finding: Finding, query: FindingQuery, nowUtc: string): boolean {
  const same = (value: string | undefined, wanted: string | undefined) =>
    wanted === undefined || value?.toLowerCase() === wanted.toLowerCase();
  return (
    (query.state === "all" || stateOf(finding, nowUtc) === query.state) &&
    same(finding.severity, query.severity) &&
    same(finding.check, query.check) &&
    same(finding.cluster, query.cluster) &&
    same(finding.scope, query.scope) &&
    same(finding.about, query.about) &&
    (query.q === undefined || text(finding).includes(query.q.trim().toLowerCase()))
  );
}

function text({ id, check, about, message, advice, declared, actual }: Finding): string {
  return [id, check, about, message, advice, declared, actual].join("\n").toLowerCase();
}

function inOrder(a: Finding, b: Finding): number {
  const rank = ({ severity, check, about }: Finding) =>
    `${SEVERITIES.indexOf(severity)} ${check} ${about.toLowerCase()}`;
  return rank(a) < rank(b) ? -1 : 1;
}
