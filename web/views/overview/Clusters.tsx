import type { ClusterHealth } from "../../../api/model.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Empty } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { CountsBadges } from "../../ui/Severity.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const TONES: Readonly<Record<ClusterHealth["state"], Tone>> = {
  ok: "good",
  silent: "error",
  "never reported": "warn",
  deleted: "quiet",
};

const COLUMNS: readonly Column<ClusterHealth>[] = [
  { key: "name", title: "Cluster", isPrimary: true, cell: ({ name }) => name, sortBy: ({ name }) => name },
  {
    key: "state",
    title: "State",
    width: "8rem",
    cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge>,
  },
  {
    key: "services",
    title: "Services",
    width: "5rem",
    align: "end",
    cell: ({ services }) => services,
    sortBy: ({ services }) => services,
  },
  {
    key: "confirmed",
    title: "Last report",
    width: "7rem",
    cell: ({ confirmedAtUtc }) => (confirmedAtUtc === undefined ? "never" : <Time utc={confirmedAtUtc} />),
  },
  {
    key: "identity",
    title: "Identity",
    width: "8rem",
    cell: (cluster) => <Identity cluster={cluster} />,
  },
  {
    key: "findings",
    title: "Findings",
    width: "minmax(0, 1.6fr)",
    cell: ({ findings }) => <CountsBadges counts={findings} />,
  },
];

const SHORT = 8;

/** The uid that the cluster is bound to, or why its lists are not evidence. */
function Identity({ cluster: { identity, unchecked, contradictions } }: { cluster: ClusterHealth }) {
  if (contradictions.length > 0)
    return (
      <span title={contradictions.join("\n")}>
        <Badge tone="error">conflict</Badge>
      </span>
    );
  if (unchecked)
    return (
      <span title={`registered without verification in ARM: ${unchecked.reason}`}>
        <Badge tone="warn">unverified</Badge>
      </span>
    );
  if (!identity) return <Badge tone="warn">not bound</Badge>;
  return (
    <span title={`${identity.uid}, bound at ${identity.boundAtUtc}`}>{identity.uid.slice(0, SHORT)}</span>
  );
}

export function Clusters({ clusters }: { clusters: readonly ClusterHealth[] }) {
  return (
    <Card title="Clusters" class="overview-wide">
      <Table
        caption="Cluster health"
        columns={COLUMNS}
        rows={clusters}
        keyOf={({ name }) => name}
        hrefOf={({ name }) => href("findings", undefined, { cluster: name })}
        empty={
          <Empty title="No clusters registered.">
            Run <code>mooring clusters add NAME</code> to register a cluster and write its manifest.
          </Empty>
        }
      />
    </Card>
  );
}
