import { useMemo } from "preact/hooks";
import type { LinkSummary } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery } from "../../ui/route.ts";
import { type Column, Table } from "../../ui/Table.tsx";
import { useList } from "../../ui/useResource.ts";
import { count } from "../../ui/words.ts";
import { choicesOf, filterLinks } from "./filterLinks.ts";
import { LinkTabs } from "./LinkTabs.tsx";
import { fieldName, LINK_STATES } from "./states.ts";

const COLUMNS: readonly Column<LinkSummary>[] = [
  {
    key: "state",
    title: "State",
    width: "7.5rem",
    cell: ({ state }) => <Badge tone={LINK_STATES[state].tone}>{LINK_STATES[state].text}</Badge>,
    sortBy: ({ state }) => Object.keys(LINK_STATES).indexOf(state),
  },
  {
    key: "name",
    title: "Name",
    width: "minmax(0, 1.4fr)",
    isPrimary: true,
    cell: ({ name }) => <span title={name}>{name}</span>,
    sortBy: ({ name }) => name,
  },
  {
    key: "cluster",
    title: "Cluster",
    cell: ({ cluster }) => orNone(cluster),
    sortBy: ({ cluster = "" }) => cluster,
  },
  {
    key: "service",
    title: "Service",
    cell: ({ service }) => orNone(service),
    sortBy: ({ service = "" }) => service,
  },
  {
    key: "differs",
    title: "Differs in",
    cell: ({ differs }) => (differs.length === 0 ? <None /> : differs.map(fieldName).join(", ")),
    sortBy: ({ differs }) => -differs.length,
  },
  {
    key: "connections",
    title: "Connections",
    width: "minmax(0, 1.6fr)",
    cell: ({ connections }) => <ConnectionCounts of={connections} />,
    sortBy: ({ connections }) => -connections.pending,
  },
];

export function LinksPage() {
  const links = useList<LinkSummary>("/links");
  const waiting = links.data?.reduce((sum, { connections }) => sum + connections.pending, 0);
  return (
    <Page title="Links" lead="Private Link Services, and what their Services declare of them.">
      <LinkTabs at="links" waiting={waiting} />
      <Resource
        of={links}
        lines={12}
        empty={
          <Empty title="There are no Private Link Services in the watched subscriptions.">
            A Service with the annotation <code>service.beta.kubernetes.io/azure-pls-create: "true"</code>{" "}
            makes one.
          </Empty>
        }
      >
        {(links) => <LinkTable links={links} />}
      </Resource>
    </Page>
  );
}

function LinkTable({ links }: { readonly links: readonly LinkSummary[] }) {
  const [read, change] = useQuery();
  const [text, state, cluster] = [read("text"), read("state"), read("cluster")];
  const shown = useMemo(() => filterLinks(links, { text, state, cluster }), [links, text, state, cluster]);
  const clusters = useMemo(() => choicesOf(links.map(({ cluster }) => cluster)), [links]);
  return (
    <>
      <div class="filters">
        <Search label="Name, Service, group" value={text} onChange={(text) => change({ text })} />
        <Select
          label="State"
          value={state}
          options={[
            ["", "any"],
            ...Object.entries(LINK_STATES).map(([value, { text }]) => [value, text] as const),
          ]}
          onChange={(state) => change({ state })}
        />
        <Select
          label="Cluster"
          value={cluster}
          options={[["", "any"], ...clusters.map((name) => [name, name] as const)]}
          onChange={(cluster) => change({ cluster })}
        />
        <span class="quiet filters-count" role="status">
          {shown.length === links.length
            ? count(links.length, "link")
            : `${shown.length} of ${count(links.length, "link")}`}
        </span>
      </div>
      <Table
        caption="Links"
        columns={COLUMNS}
        rows={shown}
        keyOf={({ key }) => key}
        hrefOf={({ key }) => href("links", key)}
        empty={<Empty title="No link is like that.">Take a filter away to see more.</Empty>}
      />
    </>
  );
}

const STATUSES = [
  ["pending", "waits", "wait"],
  ["approved", "approved", "approved"],
  ["rejected", "rejected", "rejected"],
  ["disconnected", "disconnected", "disconnected"],
] as const;

function ConnectionCounts({ of }: { readonly of: LinkSummary["connections"] }) {
  const told = STATUSES.filter(([status]) => of[status] > 0);
  if (told.length === 0) return <None />;
  return (
    <span class="connection-counts">
      {told.map(([status, one, many]) => (
        <span key={status} class={`connections-${status}`}>
          {of[status]} {of[status] === 1 ? one : many}
        </span>
      ))}
    </span>
  );
}

function orNone(text: string | undefined) {
  return text ?? <None />;
}

function None() {
  return <span class="quiet">–</span>;
}
