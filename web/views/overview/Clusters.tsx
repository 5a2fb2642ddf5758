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
  "never heard of": "warn",
  gone: "quiet",
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
    key: "snapshot",
    title: "Snapshot",
    width: "7rem",
    cell: ({ snapshotAtUtc }) => (snapshotAtUtc === undefined ? "none yet" : <Time utc={snapshotAtUtc} />),
  },
  {
    key: "findings",
    title: "Findings",
    width: "minmax(0, 1.6fr)",
    cell: ({ findings }) => <CountsBadges counts={findings} />,
  },
];

export function Clusters({ clusters }: { clusters: readonly ClusterHealth[] }) {
  return (
    <Card title="Clusters" class="overview-wide">
      <Table
        caption="Health of clusters"
        columns={COLUMNS}
        rows={clusters}
        keyOf={({ name }) => name}
        hrefOf={({ name }) => href("findings", undefined, { cluster: name })}
        empty={
          <Empty title="No cluster is registered.">
            <code>mooring clusters add NAME</code> registers one and writes the file to apply to it.
          </Empty>
        }
      />
    </Card>
  );
}
