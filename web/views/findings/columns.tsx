import type { Finding } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { SEVERITIES, SeverityBadge } from "../../ui/Severity.tsx";
import type { Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { sentence } from "../../ui/words.ts";

export const COLUMNS: readonly Column<Finding>[] = [
  {
    key: "severity",
    title: "Severity",
    width: "5.5rem",
    cell: ({ severity }) => <SeverityBadge severity={severity} />,
    sortBy: ({ severity }) => SEVERITIES.indexOf(severity),
  },
  {
    key: "message",
    title: "Problem",
    width: "minmax(0, 3.6fr)",
    isPrimary: true,
    isLong: true,
    cell: ({ message }) => <span title={message}>{sentence(message)}</span>,
    sortBy: ({ message }) => message,
  },
  {
    key: "about",
    title: "Resource",
    from: 800,
    width: "minmax(0, 0.9fr)",
    cell: ({ name, about }) => <span title={about}>{name}</span>,
    sortBy: ({ name }) => name,
  },
  {
    key: "cluster",
    title: "Cluster",
    from: 900,
    width: "minmax(0, 0.5fr)",
    cell: ({ cluster }) => cluster ?? "–",
    sortBy: ({ cluster = "" }) => cluster,
  },
  {
    key: "since",
    title: "Since",
    width: "7rem",
    cell: ({ firstSeenAtUtc }) => <Time utc={firstSeenAtUtc} />,
    sortBy: ({ firstSeenAtUtc }) => firstSeenAtUtc,
  },
  {
    key: "state",
    title: "State",
    from: 640,
    width: "7.5rem",
    cell: (finding) => <FindingState finding={finding} />,
  },
];

const TONES = { open: "warn", suspected: "info", acknowledged: "quiet", resolved: "good" } as const;

export function FindingState({ finding: { state } }: { finding: Finding }) {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}
