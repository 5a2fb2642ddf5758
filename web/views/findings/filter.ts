/** Filters and groups findings. Pure. */
import type { Finding } from "../../../api/model.ts";

export const STATES = ["open", "acknowledged", "suspected", "resolved", "all"] as const;

export const GROUPS: Readonly<Record<string, ((finding: Finding) => string) | undefined>> = {
  check: ({ check }) => check,
  cluster: ({ cluster }) => cluster ?? "no cluster",
  scope: ({ scope }) => scope,
};

export interface Filter {
  readonly state: (typeof STATES)[number];
  readonly severity: string;
  readonly check: string;
  readonly cluster: string;
  readonly text: string;
  readonly group: string;
}

export function readFilter(query: URLSearchParams): Filter {
  const read = (name: string) => query.get(name) ?? "";
  return {
    state: STATES.find((state) => state === read("state")) ?? "open",
    severity: read("severity"),
    check: read("check"),
    cluster: read("cluster"),
    text: read("text"),
    group: read("group"),
  };
}

export function filterFindings(findings: readonly Finding[], filter: Filter): readonly Finding[] {
  const { severity, check, cluster } = filter;
  const text = filter.text.trim().toLowerCase();
  return findings.filter(
    (finding) =>
      (severity === "" || finding.severity === severity) &&
      (check === "" || finding.check === check) &&
      (cluster === "" || finding.cluster === cluster) &&
      (text === "" || textOf(finding).includes(text)),
  );
}

function textOf({ check, about, message, id }: Finding): string {
  return `${check}\n${about}\n${message}\n${id}`.toLowerCase();
}
