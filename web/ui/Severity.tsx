import type { Counts, Severity } from "../../api/model.ts";
import { Badge } from "./Badge.tsx";
import { count } from "./words.ts";

export const SEVERITIES = ["error", "warning", "info"] as const;
/** Colours of badges and tiles. */
export const TONES = { error: "error", warning: "warn", info: "info" } as const;

export function SeverityBadge({ severity }: { severity: Severity }) {
  return <Badge tone={TONES[severity]}>{severity}</Badge>;
}

/** Severities with a count above 0, most severe first. */
export function CountsBadges({ counts }: { counts: Counts }) {
  const some = SEVERITIES.filter((severity) => counts[severity] > 0);
  if (some.length === 0) return <Badge tone="good">none</Badge>;
  return (
    <span class="badges">
      {some.map((severity) => (
        <Badge key={severity} tone={TONES[severity]}>
          {count(counts[severity], severity, severity === "info" ? "info" : undefined)}
        </Badge>
      ))}
    </span>
  );
}
