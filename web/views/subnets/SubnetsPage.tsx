import { useMemo } from "preact/hooks";
import type { Subnet } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Search, Select } from "../../ui/Field.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useQuery } from "../../ui/route.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { useList } from "../../ui/useResource.ts";
import { count } from "../../ui/words.ts";
import { filterSubnets } from "./filterSubnets.ts";
import { FullOn } from "./FullOn.tsx";
import { Sparkline } from "./Sparkline.tsx";
import { percentUsed } from "./usage.ts";
import { UsageBar, UsageText } from "./UsageBar.tsx";

const COLUMNS: readonly Column<Subnet>[] = [
  {
    key: "name",
    title: "Subnet",
    width: "minmax(0, 1.2fr)",
    isPrimary: true,
    cell: ({ name }) => name,
    sortBy: ({ name }) => name,
  },
  { key: "vnet", title: "Virtual network", cell: ({ vnet }) => vnet, sortBy: ({ vnet }) => vnet },
  {
    key: "prefixes",
    title: "Prefixes",
    width: "8.25rem",
    cell: ({ prefixes }) => <span class="mono">{prefixes.join(", ")}</span>,
  },
  {
    key: "usage",
    title: "Usage",
    width: "8rem",
    cell: (subnet) => <UsageBar subnet={subnet} />,
    sortBy: (subnet) => -percentUsed(subnet),
  },
  {
    key: "used",
    title: "Addresses",
    width: "7.5rem",
    align: "end",
    cell: (subnet) => <UsageText subnet={subnet} />,
    sortBy: ({ usable, used }) => usable - used,
  },
  {
    key: "history",
    title: "History",
    width: "6.5rem",
    cell: ({ history }) => <Sparkline history={history} />,
  },
  {
    key: "full",
    title: "Full on",
    width: "minmax(0, 1.2fr)",
    cell: (subnet) => <FullOn subnet={subnet} />,
    sortBy: ({ forecast }) => forecast?.fullOn ?? "9999",
  },
  { key: "notes", title: "Notes", cell: (subnet) => <Notes subnet={subnet} /> },
];

/**
 * Delegations, whether Private Link Services are allowed, and addresses that Azure counts without reporting
 * them.
 */
function Notes({ subnet: { delegations, plsNetworkPolicies, unknown } }: { subnet: Subnet }) {
  if (delegations.length === 0 && plsNetworkPolicies === "Enabled" && unknown === 0)
    return <span class="quiet">–</span>;
  return (
    <>
      {delegations.map((name) => (
        <span key={name} class="delegation" title={`Delegated to ${name}`}>
          {name.replace(/^Microsoft\./, "")}
        </span>
      ))}
      {plsNetworkPolicies === "Disabled" && <Badge tone="info">PLS allowed</Badge>}
      {unknown > 0 && <Badge tone="warn">{count(unknown, "unknown address", "unknown addresses")}</Badge>}
    </>
  );
}

export function SubnetsPage() {
  const subnets = useList<Subnet>("/subnets", { everySeconds: 15 });
  return (
    <Page
      title="Subnets"
      lead="Address usage of the subnets in the watched virtual networks. Open a subnet to see its address map."
    >
      <Resource
        of={subnets}
        lines={10}
        empty={
          <Empty title="No subnets scanned yet.">
            Mooring scans the virtual networks of registered clusters every few minutes. To register a
            cluster, run <code>mooring clusters add NAME</code>.
          </Empty>
        }
      >
        {(all) => <SubnetTable subnets={all} />}
      </Resource>
    </Page>
  );
}

const USAGES = [
  ["", "any"],
  ["full", "at least 80 %"],
  ["growing", "growing"],
] as const;

function SubnetTable({ subnets }: { subnets: readonly Subnet[] }) {
  const [read, change] = useQuery();
  const filter = { text: read("text"), vnet: read("vnet"), filling: read("filling") };
  const shown = useMemo(
    () => filterSubnets(subnets, filter),
    [subnets, filter.text, filter.vnet, filter.filling],
  );
  const vnets = useMemo(() => new Map(subnets.map(({ vnetId, vnet }) => [vnetId, vnet])), [subnets]);
  return (
    <>
      <div class="filters">
        <Search label="Name, prefix, delegation" value={filter.text} onChange={(text) => change({ text })} />
        <Select
          label="VNet"
          value={filter.vnet}
          options={[["", "any"], ...vnets]}
          onChange={(vnet) => change({ vnet })}
        />
        <Select
          label="Usage"
          value={filter.filling}
          options={USAGES}
          onChange={(filling) => change({ filling })}
        />
        <span class="quiet filters-count" role="status">
          {shown.length === subnets.length
            ? count(subnets.length, "subnet")
            : `${shown.length} of ${count(subnets.length, "subnet")}`}
        </span>
      </div>
      <Table
        caption="Subnets"
        columns={COLUMNS}
        rows={shown}
        keyOf={({ key }) => key}
        hrefOf={({ key }) => href("subnets", key)}
        empty={<Empty title="No subnets match these filters.">Remove a filter to see more.</Empty>}
      />
    </>
  );
}
