import { useMemo } from "preact/hooks";
import type { AddressMap } from "../../../api/model.ts";
import { Empty } from "../../ui/Resource.tsx";
import { href, useQuery, useRoute } from "../../ui/route.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { count } from "../../ui/words.ts";
import { holderText, KIND_TEXT } from "./facts.ts";
import { isNamed } from "./matches.ts";
import { usedAddresses, type UsedAddress } from "./usedAddresses.ts";

const COLUMNS: readonly Column<UsedAddress>[] = [
  {
    key: "address",
    title: "Address",
    width: "11rem",
    isPrimary: true,
    cell: ({ address }) => <span class="mono">{address}</span>,
  },
  {
    key: "kind",
    title: "State",
    width: "7rem",
    cell: ({ kind }) => (
      <>
        <span class={`swatch swatch-${kind}`} aria-hidden="true" /> {KIND_TEXT[kind]}
      </>
    ),
    sortBy: ({ kind }) => kind,
  },
  {
    key: "holder",
    title: "Holder",
    width: "minmax(0, 2fr)",
    cell: (row) => holderText(row),
    sortBy: (row) => holderText(row),
  },
  {
    key: "service",
    title: "Service",
    cell: ({ holder }) => holder.service ?? <span class="quiet">–</span>,
    sortBy: ({ holder }) => holder.service ?? "",
  },
  {
    key: "at",
    title: "Since",
    width: "9rem",
    cell: ({ atUtc }) => (atUtc === "" ? <span class="quiet">–</span> : <Time utc={atUtc} />),
    sortBy: ({ atUtc }) => atUtc,
  },
];

/** The data of the maps as a table; the search of the maps filters it too. */
export function UsedAddressTable({ map }: { map: AddressMap }) {
  const { key } = useRoute();
  const [read] = useQuery();
  const text = read("text").trim().toLowerCase();
  const rows = useMemo(() => usedAddresses(map), [map]);
  const shown = useMemo(
    () =>
      text === "" ? rows : rows.filter((row) => row.address.includes(text) || isNamed(row.holder, text)),
    [rows, text],
  );
  return (
    <>
      <p class="quiet" role="status">
        {shown.length === rows.length
          ? count(rows.length, "used address", "used addresses")
          : `${shown.length} of ${count(rows.length, "used address", "used addresses")}`}
      </p>
      <Table
        caption="Used addresses"
        columns={COLUMNS}
        rows={shown}
        keyOf={({ address }) => address}
        hrefOf={({ address }) => href("subnets", key, { address, text: read("text") })}
        current={read("address")}
        empty={
          <Empty title={rows.length === 0 ? "No used addresses." : "No used addresses match this search."} />
        }
      />
    </>
  );
}
