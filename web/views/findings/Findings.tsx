/**
 * `#/findings?state=…&severity=…&check=…&cluster=…&text=…&group=…` lists findings, `#/findings/ID` shows
 * one next to the list. Several can be acknowledged together; a fix shows its plan first.
 */
import { useMemo, useState } from "preact/hooks";
import type { Finding } from "../../../api/model.ts";
import { Page } from "../../ui/Page.tsx";
import { Split } from "../../ui/Panel.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href, useRoute } from "../../ui/route.ts";
import { Table, type Selection } from "../../ui/Table.tsx";
import { useList } from "../../ui/useResource.ts";
import { Chosen } from "./Chosen.tsx";
import { COLUMNS } from "./columns.tsx";
import { filterFindings, GROUPS, readFilter } from "./filter.ts";
import { Filters } from "./Filters.tsx";
import { FindingPanel } from "./FindingPanel.tsx";
import "./findings.css";

export function Findings() {
  const { key, query } = useRoute();
  const filter = readFilter(query);
  const findings = useList<Finding>(`/findings?state=${filter.state}`);
  const shown = useMemo(() => filterFindings(findings.data ?? [], filter), [findings.data, query.toString()]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const selection: Selection = {
    keys: chosen,
    toggle: (id) =>
      setChosen(new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id])),
    toggleAll: (ids) => setChosen(new Set(ids)),
  };
  return (
    <Page title="Findings" lead="A finding is one failed check on one resource.">
      <Filters filter={filter} all={findings.data ?? []} shown={shown.length} />
      <Split
        panel={key !== undefined && <FindingPanel id={key} closeHref={href("findings", undefined, query)} />}
      >
        <Resource of={findings} lines={14}>
          {(all) => (
            <>
              <Chosen findings={all.filter(({ id }) => chosen.has(id))} onDone={() => setChosen(new Set())} />
              <Table
                caption="Findings"
                columns={COLUMNS}
                rows={shown}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => href("findings", id, query)}
                groupOf={GROUPS[filter.group]}
                current={key}
                selection={selection}
                empty={<NoFindings isFiltered={all.length > 0} state={filter.state} />}
              />
            </>
          )}
        </Resource>
      </Split>
    </Page>
  );
}

function NoFindings({ isFiltered, state }: { isFiltered: boolean; state: string }) {
  if (isFiltered)
    return (
      <Empty title="No findings match these filters.">
        <a href={href("findings", undefined, { state })}>Show all</a>
      </Empty>
    );
  if (state !== "open") return <Empty title={state === "all" ? "No findings." : `No ${state} findings.`} />;
  return (
    <Empty title="No open findings.">
      A finding appears here when a check of an audit fails. <a href={href("audits")}>Show audits</a>
    </Empty>
  );
}
