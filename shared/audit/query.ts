/** Filters of findings, shared by CLI and API. */
import * as z from "zod";
import { listClusters } from "../declarations/registry.ts";
import { InvalidInput } from "../core/errors.ts";
import { filterProblems, type NamedFilter } from "../core/filters.ts";
import type { Run } from "../ports/ports.ts";
import { listChecks } from "./checks.ts";
import { listScopes } from "./scopes.ts";
import { SEVERITIES, Severity, stateOf, type Finding } from "../findings/finding.ts";
import { listFindings } from "../findings/findingStore.ts";

export const FindingQuery = z.strictObject({
  state: z.enum(["open", "acknowledged", "suspected", "resolved", "all"]).default("open"),
  severity: Severity.optional(),
  check: z.string().optional(),
  cluster: z.string().optional(),
  scope: z.string().optional(),
  /** A resource id, or `cluster/namespace/name`. */
  about: z.string().optional(),
  /** Case-insensitive text search. */
  q: z.string().optional(),
});
export type FindingQuery = z.infer<typeof FindingQuery>;

/** Most severe first, then by check and subject. @throws InvalidInput with every filter whose value does not exist, as CLI options */
export async function queryFindings(run: Run, query: FindingQuery): Promise<Finding[]> {
  const all = await listFindings(run);
  const problems = await filterProblems(await findingFilters(run, query, all));
  if (problems.length > 0)
    throw new InvalidInput(problems.map(({ name, value, problem }) => `--${name} ${value}: ${problem}`));
  const nowUtc = run.now().toISOString();
  return all.filter((finding) => fits(finding, query, nowUtc)).toSorted(inOrder);
}

/** Valid filter values: what is registered or scanned now, and what older findings contain. */
export async function findingFilters(
  run: Run,
  { check, cluster, scope }: FindingQuery,
  all: readonly Finding[],
): Promise<NamedFilter[]> {
  const named = (key: "check" | "cluster" | "scope") => all.flatMap((finding) => finding[key] ?? []);
  const clusters = async () => (await listClusters(run)).map(({ name }) => name);
  return [
    {
      name: "check",
      value: check,
      noun: "check",
      known: () => [...listChecks().map(({ id }) => id), ...named("check")],
    },
    {
      name: "cluster",
      value: cluster,
      noun: "cluster",
      known: async () => [...(await clusters()), ...named("cluster")],
    },
    {
      name: "scope",
      value: scope,
      noun: "scope",
      known: async () => [...(await listScopes(run)), ...named("scope")],
    },
  ];
}

/** Pure. */
export function fits(finding: Finding, query: FindingQuery, nowUtc: string): boolean {
  const same = (value: string | undefined, expected: string | undefined) =>
    expected === undefined || value?.toLowerCase() === expected.toLowerCase();
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
