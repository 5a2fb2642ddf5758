import type { JournalEntry } from "../../../api/model.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import type { Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const TONES: Readonly<Record<JournalEntry["outcome"], Tone>> = {
  intended: "info",
  applied: "good",
  refused: "warn",
  failed: "error",
  unknown: "error",
  released: "quiet",
};

export function EntryOutcome({ outcome }: { outcome: JournalEntry["outcome"] }) {
  return <Badge tone={TONES[outcome]}>{outcome}</Badge>;
}

export const COLUMNS: readonly Column<JournalEntry>[] = [
  {
    key: "when",
    title: "Time",
    width: "7rem",
    cell: ({ atUtc }) => <Time utc={atUtc} />,
    sortBy: ({ atUtc }) => atUtc,
  },
  {
    key: "what",
    title: "Change",
    width: "minmax(0, 1.4fr)",
    isPrimary: true,
    cell: ({ change }) => (
      <span title={change.resourceId}>
        {change.action} {change.name}
      </span>
    ),
    sortBy: ({ change }) => change.name,
  },
  {
    key: "why",
    title: "Reason",
    width: "minmax(0, 2fr)",
    cell: ({ change: { reason } }) => <span title={reason}>{reason}</span>,
  },
  {
    key: "cluster",
    title: "Cluster",
    from: 900,
    width: "minmax(0, 0.7fr)",
    cell: ({ change }) => change.cluster,
    sortBy: ({ change }) => change.cluster,
  },
  {
    key: "who",
    title: "Actor",
    from: 760,
    width: "minmax(0, 0.8fr)",
    cell: ({ who }) => who,
    sortBy: ({ who }) => who,
  },
  {
    key: "outcome",
    title: "Outcome",
    width: "6.5rem",
    cell: ({ outcome }) => <EntryOutcome outcome={outcome} />,
    sortBy: ({ outcome }) => outcome,
  },
];
