import { useMemo, useState } from "preact/hooks";
import type { Holds, Orphan, Orphans } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery } from "../../ui/route.ts";
import { type Column, Table } from "../../ui/Table.tsx";
import { useFullList } from "../../ui/useResource.ts";
import { choicesOf } from "../pls/filterPrivateLinkServices.ts";
import { DeletedList } from "./DeletedList.tsx";
import { filterOrphans, statusOf } from "./filterOrphans.ts";
import { HoldList } from "./HoldList.tsx";
import { useHolding } from "./Holding.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { leftOutSentences, reasonOf, unreadableSentence, KINDS, STATUSES } from "./words.ts";

export function OrphansPage() {
  const orphans = useFullList<Orphans>("/orphans");
  const holds = useFullList<Holds>("/holds");
  const [isSweeping, setSweeping] = useState(false);
  return (
    <Page
      title="Orphans"
      lead="Load balancers and Private Link Services that no Service uses. Mooring keeps them in quarantine for the grace period and re-verifies them before deletion."
      actions={orphans.data && <Button onClick={() => setSweeping(true)}>Sweep now…</Button>}
    >
      <Resource of={orphans} lines={12}>
        {(orphans) => (
          <>
            <Mode mode={orphans.mode} />
            {orphans.unreadable.map((subscription) => (
              <p key={subscription} class="callout tone-warn">
                {unreadableSentence(subscription)}
              </p>
            ))}
            {orphans.items.length === 0 ? (
              <NoOrphans isComplete={orphans.unreadable.length === 0} />
            ) : (
              <OrphanTable orphans={orphans.items} />
            )}
            <HoldList holds={holds.data?.items ?? []} orphans={orphans.items} />
            <DeletedList deleted={orphans.deleted} />
          </>
        )}
      </Resource>
      {isSweeping && (
        <PlanDialog
          title="Sweep now"
          method="POST"
          path="/orphans/sweep"
          confirm="Delete"
          nothing="Nothing to delete: no quarantined resource is past its grace period."
          notesOf={leftOutSentences}
          confirmEmpty="Request confirmation"
          onDone={() => undefined}
          onClose={() => setSweeping(false)}
        />
      )}
    </Page>
  );
}

function Mode({ mode }: Pick<Orphans, "mode">) {
  if (mode === "observe")
    return (
      <p class="callout tone-info orphans-mode">
        <strong>Observe mode:</strong> nothing is deleted automatically. Manual sweeps still delete.
      </p>
    );
  return (
    <p class="callout tone-warn orphans-mode">
      <strong>Enforce mode:</strong> quarantined resources are re-verified and deleted after the grace period.
      Hold a resource to keep it.
    </p>
  );
}

function NoOrphans({ isComplete }: { readonly isComplete: boolean }) {
  const which = isComplete ? "the registered clusters" : "the registered clusters in the other subscriptions";
  return (
    <Empty title="No orphans.">
      A Service uses every load balancer, frontend and Private Link Service of {which}.
    </Empty>
  );
}

function OrphanTable({ orphans }: { readonly orphans: readonly Orphan[] }) {
  const [read, change] = useQuery();
  const [text, kind, status, cluster] = [read("text"), read("kind"), read("status"), read("cluster")];
  const shown = useMemo(
    () => filterOrphans(orphans, { text, kind, status, cluster }),
    [orphans, text, kind, status, cluster],
  );
  const { button, dialog, problem } = useHolding();
  const clusters = useMemo(() => choicesOf(orphans.map(({ cluster }) => cluster)), [orphans]);
  return (
    <>
      <div class="filters">
        <Search label="Name, cluster, resource id" value={text} onChange={(text) => change({ text })} />
        <Select
          label="Kind"
          value={kind}
          options={[["", "any"], ...Object.entries(KINDS)]}
          onChange={(kind) => change({ kind })}
        />
        <Select
          label="Status"
          value={status}
          options={[
            ["", "any"],
            ...Object.entries(STATUSES).map(([value, { text }]) => [value, text] as const),
          ]}
          onChange={(status) => change({ status })}
        />
        <Select
          label="Cluster"
          value={cluster}
          options={[["", "any"], ...clusters.map((name) => [name, name] as const)]}
          onChange={(cluster) => change({ cluster })}
        />
      </div>
      {problem}
      <Table
        caption="Orphans"
        columns={[...COLUMNS, { key: "hold", title: "Actions", width: "5.5rem", cell: button }]}
        rows={shown}
        keyOf={({ key }) => key}
        hrefOf={({ key }) => href("orphans", key)}
        empty={<Empty title="No orphans match these filters.">Remove a filter to see more.</Empty>}
      />
      {dialog}
    </>
  );
}

const COLUMNS: readonly Column<Orphan>[] = [
  {
    key: "status",
    title: "Status",
    width: "7.75rem",
    cell: (orphan) => {
      const { tone, text } = STATUSES[statusOf(orphan)];
      return <Badge tone={tone}>{text}</Badge>;
    },
    sortBy: (orphan) => Object.keys(STATUSES).indexOf(statusOf(orphan)),
  },
  {
    key: "kind",
    title: "Kind",
    width: "9.75rem",
    cell: ({ kind }) => KINDS[kind],
    sortBy: ({ kind }) => KINDS[kind],
  },
  {
    key: "name",
    title: "Name",
    isPrimary: true,
    width: "minmax(9rem, 1.2fr)",
    cell: ({ name }) => <span title={name}>{name}</span>,
    sortBy: ({ name }) => name,
  },
  {
    key: "cluster",
    title: "Cluster",
    width: "7rem",
    from: 1000,
    cell: ({ cluster }) => cluster,
    sortBy: ({ cluster }) => cluster,
  },
  {
    key: "reason",
    title: "Reason",
    width: "minmax(0, 1.6fr)",
    cell: (orphan) => <span title={reasonOf(orphan)}>{reasonOf(orphan)}</span>,
  },
  {
    key: "left",
    title: "Time left",
    width: "11rem",
    cell: ({ quarantine, hold }) =>
      quarantine && !hold ? <TimeLeft quarantine={quarantine} /> : <span class="quiet">–</span>,
    sortBy: ({ quarantine, hold }) => (hold ? "9" : (quarantine?.deleteAfterUtc ?? "9")),
  },
];
