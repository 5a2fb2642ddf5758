import type { Verdict } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { lineOf } from "./manifest.ts";

type Finding = Verdict["findings"][number];

interface FindingListProps {
  verdict: Verdict;
  text: string;
  onLine: (line: number) => void;
  onSuggestion: (finding: Finding, suggestion: string) => void;
}

/** The findings, their lines, and suggested values. */
export function FindingList({ verdict: { findings }, text, onLine, onSuggestion }: FindingListProps) {
  if (findings.length === 0) return null;
  return (
    <Card title="Findings">
      <ul class="verdict-list">
        {findings.map((finding) => (
          <li key={`${finding.rule} ${finding.field} ${finding.message}`}>
            <p class="verdict-head">
              <Badge tone={finding.severity === "deny" ? "error" : "warn"}>
                {finding.severity === "deny" ? "deny" : "warn"}
              </Badge>
              <code>{finding.rule}</code>
              <Line line={lineOf(text, finding.field)} onLine={onLine} />
            </p>
            <p class="identity">{finding.field}</p>
            <p>{finding.message}</p>
            {finding.suggestions.length > 0 && (
              <div class="actions">
                <span class="quiet">Suggestions:</span>
                {finding.suggestions.map((suggestion) => (
                  <Button key={suggestion} onClick={() => onSuggestion(finding, suggestion)}>
                    {suggestion}
                  </Button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Line({ line, onLine }: { line: number | undefined; onLine: (line: number) => void }) {
  if (line === undefined) return null;
  return (
    <Button kind="quiet" class="button-small" onClick={() => onLine(line)}>
      line {line}
    </Button>
  );
}
