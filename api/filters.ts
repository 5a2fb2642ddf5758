import { filterProblems, type NamedFilter } from "../shared/core/filters.ts";
import { listClusters } from "../shared/declarations/registry.ts";
import type { Run } from "../shared/ports/ports.ts";
import { ApiProblem } from "./problem.ts";

/** @throws ApiProblem 400 naming each filter whose value matches nothing */
export async function demandFilters(filters: readonly NamedFilter[]): Promise<void> {
  const problems = await filterProblems(filters);
  if (problems.length === 0) return;
  throw new ApiProblem(
    400,
    problems.map(({ name, problem }) => `query.${name}: ${problem}`),
  );
}

/** Registered, or deleted and still referenced by a listed item. */
export function clusterFilter(
  run: Run,
  value: string | undefined,
  listed: readonly { readonly cluster?: string | undefined }[] = [],
): NamedFilter {
  const known = async () => [
    ...(await listClusters(run)).map(({ name }) => name),
    ...listed.flatMap(({ cluster }) => cluster ?? []),
  ];
  return { name: "cluster", value, noun: "cluster", known };
}

/** Watched, or referenced by a listed item. */
export function subscriptionFilter(
  run: Run,
  value: string | undefined,
  listed: readonly string[] = [],
): NamedFilter {
  const known = () => [...run.ports.subscriptions, ...listed];
  return { name: "subscription", value, noun: "watched subscription", known };
}
