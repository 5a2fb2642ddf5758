/** Compares the findings of two audits. Pure. */
import { isWorse, type Finding, type Severity } from "../findings/finding.ts";

export interface Worse extends Pick<Finding, "id" | "check" | "about"> {
  readonly from: Severity;
  readonly to: Severity;
}

export interface Difference {
  readonly appeared: readonly Finding[];
  readonly resolved: readonly Finding[];
  readonly worse: readonly Worse[];
  readonly unchanged: number;
}

/** Acknowledged findings count as present; suspected ones do not. */
export function compareFindings(before: readonly Finding[], after: readonly Finding[]): Difference {
  const [old, now] = [byId(before), byId(after)];
  const both = [...now.values()].flatMap((finding) => {
    const was = old.get(finding.id);
    return was ? [{ was, finding }] : [];
  });
  const worse = both
    .filter(({ was, finding }) => isWorse(finding.severity, was.severity))
    .map(({ was, finding: { id, check, about, severity } }) => ({
      id,
      check,
      about,
      from: was.severity,
      to: severity,
    }));
  return {
    appeared: [...now.values()].filter(({ id }) => !old.has(id)),
    resolved: [...old.values()].filter(({ id }) => !now.has(id)),
    worse,
    unchanged: both.length - worse.length,
  };
}

function byId(findings: readonly Finding[]): ReadonlyMap<string, Finding> {
  const counted = findings.filter(({ opensAtUtc, resolvedAtUtc }) => !opensAtUtc && !resolvedAtUtc);
  return new Map(counted.map((finding) => [finding.id, finding]));
}
