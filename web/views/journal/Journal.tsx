/**
 * `#/journal?resource=…&capability=…&outcome=…&who=…` lists changes in Azure, newest first; `#/journal/ID`
 * shows one entry next to the list, with the resource before and after, and its undo.
 */
import { useMemo } from "preact/hooks";
import type { JournalEntry } from "../../../api/model.ts";
import { Page } from "../../ui/Page.tsx";
import { Split } from "../../ui/Panel.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useRoute } from "../../ui/route.ts";
import { Table } from "../../ui/Table.tsx";
import { useList } from "../../ui/useResource.ts";
import { COLUMNS } from "./columns.tsx";
import { EntryPanel } from "./EntryPanel.tsx";
import { filterEntries, readFilter } from "./filter.ts";
import { Filters } from "./Filters.tsx";
import "./journal.css";

export function Journal() {
  const { key, query } = useRoute();
  const filter = readFilter(query);
  const entries = useList<JournalEntry>("/journal");
  const shown = useMemo(() => filterEntries(entries.data ?? [], filter), [entries.data, query.toString()]);
  return (
    <Page
      title="Journal"
      lead="Changes that Mooring made in Azure: what, why, by whom, and how to undo them."
    >
      <Filters filter={filter} all={entries.data ?? []} shown={shown.length} />
      <Split
        panel={key !== undefined && <EntryPanel id={key} closeHref={href("journal", undefined, query)} />}
      >
        <Resource of={entries} lines={14}>
          {(all) => (
            <Table
              caption="Journal"
              columns={COLUMNS}
              rows={shown}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => href("journal", id, query)}
              current={key}
              empty={<NoEntries isFiltered={all.length > 0} />}
            />
          )}
        </Resource>
      </Split>
    </Page>
  );
}

function NoEntries({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty title="No entries match these filters.">
        <a href={href("journal")}>Show all</a>
      </Empty>
    );
  return (
    <Empty title="No changes yet.">
      Mooring records every change in Azure here, with the resource before and after. In <code>observe</code>{" "}
      mode it makes no changes.
    </Empty>
  );
}
