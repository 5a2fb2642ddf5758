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
  { key: "vnet", title: "Network", cell: ({ vnet }) => vnet, sortBy: ({ vnet }) => vnet },
  {
    key: "prefixes",
    title: "Prefixes",
    width: "8.25rem",
    cell: ({ prefixes }) => <span class="mono">{prefixes.join(", ")}</span>,
  },
  {
    key: "usage",
    title: "Used",
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
    title: "Last days",
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
  { key: "notes", title: "For", cell: (subnet) => <Notes subnet={subnet} /> },
];

/** What it is delegated to, whether Private Link Services may stand in it, and uses whose addresses are unknown. */
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
      {plsNetworkPolicies === "Disabled" && <Badge tone="info">Private Link Services</Badge>}
      {unknown > 0 && <Badge tone="warn">{count(unknown, "unknown use")}</Badge>}
    </>
  );
}

export function SubnetsPage() {
  const subnets = useList<Subnet>("/subnets", { everySeconds: 15 });
  return (
    <Page
      title="Subnets"
      lead="How full each subnet of the watched networks is. Open one for the map of its addresses."
    >
      <Resource
        of={subnets}
        lines={10}
        empty={
          <Empty title="No subnet is known yet.">
            Mooring reads the networks of registered clusters every few minutes: register a cluster with{" "}
            <code>mooring clusters register</code>.
          </Empty>
        }
      >
        {(all) => <SubnetTable subnets={all} />}
      </Resource>
    </Page>
  );
}

const FILLINGS = [
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
          label="Network"
          value={filter.vnet}
          options={[["", "any"], ...vnets]}
          onChange={(vnet) => change({ vnet })}
        />
        <Select
          label="Used"
          value={filter.filling}
          options={FILLINGS}
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
        empty={<Empty title="No subnet is like that.">Take a filter away to see more.</Empty>}
      />
    </>
  );
}
