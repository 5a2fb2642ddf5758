import { useMemo, useState } from "preact/hooks";
import type { Orphan, Orphans } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery } from "../../ui/route.ts";
import { type Column, Table } from "../../ui/Table.tsx";
import { useWholeList } from "../../ui/useResource.ts";
import { choicesOf } from "../pls/filterPrivateLinkServices.ts";
import { DeletedList } from "./DeletedList.tsx";
import { filterOrphans, standingOf } from "./filterOrphans.ts";
import { useHolding } from "./Holding.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { leftOutSentences, because, KINDS, STANDINGS } from "./words.ts";

export function OrphansPage() {
  const orphans = useWholeList<Orphans>("/orphans");
  const [isSweeping, setSweeping] = useState(false);
  return (
    <Page
      title="Orphans"
      lead="What nobody owns any more: proved, kept in quarantine for its grace, and proved again before it goes."
      actions={orphans.data && <Button onClick={() => setSweeping(true)}>Sweep now…</Button>}
    >
      <Resource of={orphans} lines={12}>
        {(orphans) => (
          <>
            <Mode mode={orphans.mode} />
            {orphans.items.length === 0 ? <NothingOrphaned /> : <OrphanTable orphans={orphans.items} />}
            <DeletedList deleted={orphans.deleted} />
          </>
        )}
      </Resource>
      {isSweeping && (
        <PlanDialog
          title="Sweep now"
          method="POST"
          path="/orphans/sweep"
          confirm="Delete these"
          nothing="Nothing is due: whatever is in quarantine is still in its grace."
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
        <strong>Sweep observes.</strong> Nothing is deleted by itself, whatever its grace. What a person
        sweeps by hand is.
      </p>
    );
  return (
    <p class="callout tone-warn orphans-mode">
      <strong>Sweep enforces.</strong> What is in quarantine is deleted once its grace is over and it is
      proved again. Hold what is to stay.
    </p>
  );
}

function NothingOrphaned() {
  return (
    <Empty title="Nothing is orphaned.">
      Every load balancer, frontend and Private Link Service of the registered clusters is accounted for by a
      living Service.
    </Empty>
  );
}

function OrphanTable({ orphans }: { readonly orphans: readonly Orphan[] }) {
  const [read, change] = useQuery();
  const [text, kind, standing, cluster] = [read("text"), read("kind"), read("standing"), read("cluster")];
  const shown = useMemo(
    () => filterOrphans(orphans, { text, kind, standing, cluster }),
    [orphans, text, kind, standing, cluster],
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
          label="Standing"
          value={standing}
          options={[
            ["", "any"],
            ...Object.entries(STANDINGS).map(([value, { text }]) => [value, text] as const),
          ]}
          onChange={(standing) => change({ standing })}
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
        columns={[...COLUMNS, { key: "hold", title: "Keep", width: "5.5rem", cell: button }]}
        rows={shown}
        keyOf={({ key }) => key}
        hrefOf={({ key }) => href("orphans", key)}
        empty={<Empty title="Nothing is like that.">Take a filter away to see more.</Empty>}
      />
      {dialog}
    </>
  );
}

const COLUMNS: readonly Column<Orphan>[] = [
  {
    key: "standing",
    title: "Standing",
    width: "7.75rem",
    cell: (orphan) => {
      const { tone, text } = STANDINGS[standingOf(orphan)];
      return <Badge tone={tone}>{text}</Badge>;
    },
    sortBy: (orphan) => Object.keys(STANDINGS).indexOf(standingOf(orphan)),
  },
  {
    key: "kind",
    title: "Kind",
    width: "7.25rem",
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
    key: "because",
    title: "Because",
    width: "minmax(0, 1.6fr)",
    cell: (orphan) => <span title={because(orphan)}>{because(orphan)}</span>,
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
