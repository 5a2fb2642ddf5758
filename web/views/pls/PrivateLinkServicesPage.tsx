import { useMemo } from "preact/hooks";
import type { PlsSummary } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery } from "../../ui/route.ts";
import { type Column, Table } from "../../ui/Table.tsx";
import { useList } from "../../ui/useResource.ts";
import { count } from "../../ui/words.ts";
import { choicesOf, filterPrivateLinkServices } from "./filterPrivateLinkServices.ts";
import { PlsTabs } from "./PlsTabs.tsx";
import { fieldName, PLS_STATES } from "./states.ts";

const COLUMNS: readonly Column<PlsSummary>[] = [
  {
    key: "state",
    title: "State",
    width: "7.5rem",
    cell: ({ state }) => <Badge tone={PLS_STATES[state].tone}>{PLS_STATES[state].text}</Badge>,
    sortBy: ({ state }) => Object.keys(PLS_STATES).indexOf(state),
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
    title: "Differences",
    cell: ({ differs }) => (differs.length === 0 ? <None /> : differs.map(fieldName).join(", ")),
    sortBy: ({ differs }) => -differs.length,
  },
  {
    key: "connections",
    title: "Endpoint connections",
    width: "minmax(0, 1.6fr)",
    cell: ({ connections }) => <ConnectionCounts of={connections} />,
    sortBy: ({ connections }) => -connections.pending,
  },
];

export function PrivateLinkServicesPage() {
  const privateLinkServices = useList<PlsSummary>("/pls");
  const pending = privateLinkServices.data?.reduce((sum, { connections }) => sum + connections.pending, 0);
  return (
    <Page
      title="Private Link Services"
      lead="Private Link Services of the watched subscriptions, compared with the declarations of their Services."
    >
      <PlsTabs at="pls" pending={pending} />
      <Resource
        of={privateLinkServices}
        lines={12}
        empty={
          <Empty title="No Private Link Services in the watched subscriptions.">
            To create one, add the annotation <code>service.beta.kubernetes.io/azure-pls-create: "true"</code>{" "}
            to a Service.
          </Empty>
        }
      >
        {(privateLinkServices) => <PlsTable privateLinkServices={privateLinkServices} />}
      </Resource>
    </Page>
  );
}

function PlsTable({ privateLinkServices }: { readonly privateLinkServices: readonly PlsSummary[] }) {
  const [read, change] = useQuery();
  const [text, state, cluster] = [read("text"), read("state"), read("cluster")];
  const shown = useMemo(
    () => filterPrivateLinkServices(privateLinkServices, { text, state, cluster }),
    [privateLinkServices, text, state, cluster],
  );
  const clusters = useMemo(
    () => choicesOf(privateLinkServices.map(({ cluster }) => cluster)),
    [privateLinkServices],
  );
  return (
    <>
      <div class="filters">
        <Search label="Name, Service, resource group" value={text} onChange={(text) => change({ text })} />
        <Select
          label="State"
          value={state}
          options={[
            ["", "any"],
            ...Object.entries(PLS_STATES).map(([value, { text }]) => [value, text] as const),
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
          {shown.length === privateLinkServices.length
            ? count(privateLinkServices.length, "Private Link Service")
            : `${shown.length} of ${count(privateLinkServices.length, "Private Link Service")}`}
        </span>
      </div>
      <Table
        caption="Private Link Services"
        columns={COLUMNS}
        rows={shown}
        keyOf={({ key }) => key}
        hrefOf={({ key }) => href("pls", key)}
        empty={
          <Empty title="No Private Link Services match these filters.">Remove a filter to see more.</Empty>
        }
      />
    </>
  );
}

const STATUSES = ["pending", "approved", "rejected", "disconnected"] as const;

function ConnectionCounts({ of }: { readonly of: PlsSummary["connections"] }) {
  const present = STATUSES.filter((status) => of[status] > 0);
  if (present.length === 0) return <None />;
  return (
    <span class="connection-counts">
      {present.map((status) => (
        <span key={status} class={`connections-${status}`}>
          {of[status]} {status}
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
