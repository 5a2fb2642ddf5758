import { useState } from "preact/hooks";
import type { Audit } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { go, href } from "../../ui/route.ts";
import { CountsBadges } from "../../ui/Severity.tsx";
import { Table, type Column, type Selection } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { useList } from "../../ui/useResource.ts";
import { duration } from "../../ui/words.ts";
import { AuditProgress, AuditState } from "./AuditProgress.tsx";
import { RunAudit } from "./RunAudit.tsx";

const COLUMNS: readonly Column<Audit>[] = [
  {
    key: "started",
    title: "Started",
    isPrimary: true,
    width: "8rem",
    cell: ({ startedAtUtc }) => <Time utc={startedAtUtc} />,
    sortBy: ({ startedAtUtc }) => startedAtUtc,
  },
  { key: "state", title: "State", width: "7rem", cell: (audit) => <AuditState audit={audit} /> },
  {
    key: "took",
    title: "Duration",
    width: "5rem",
    align: "end",
    cell: took,
    sortBy: ({ finishedAtUtc = "" }) => finishedAtUtc,
  },
  {
    key: "scopes",
    title: "Scopes",
    width: "5rem",
    align: "end",
    cell: ({ finished, total }) => `${finished}/${total}`,
  },
  {
    key: "counts",
    title: "Findings",
    width: "minmax(14rem, 1.5fr)",
    cell: ({ counts }) => counts && <CountsBadges counts={counts} />,
  },
  { key: "appeared", title: "New", width: "4rem", align: "end", cell: ({ appeared }) => appeared ?? "–" },
  {
    key: "resolved",
    title: "Resolved",
    width: "5.5rem",
    align: "end",
    cell: ({ resolved }) => resolved ?? "–",
  },
  { key: "who", title: "Started by", cell: ({ who, why }) => `${who}, ${why}` },
];

export function AuditsPage() {
  const audits = useList<Audit>("/audits", { everySeconds: 3 });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const running = audits.data?.find(({ state }) => state === "running");
  const selection: Selection = {
    keys: chosen,
    toggle: (key) => setChosen(lastTwo(chosen, key)),
    toggleAll: () => setChosen(new Set()),
  };
  return (
    <Page
      title="Audits"
      lead="An audit compares declared resources with actual resources in Azure. Select two audits to compare them."
      actions={
        <>
          <CompareButton audits={audits.data ?? []} chosen={chosen} />
          <RunAudit isRunning={running !== undefined} />
        </>
      }
    >
      {running && <AuditProgress audit={running} />}
      <Resource of={audits} lines={10}>
        {(rows) => (
          <Table
            caption="Audits"
            columns={COLUMNS}
            rows={rows}
            keyOf={({ id }) => id}
            hrefOf={({ id }) => href("audits", id)}
            selection={selection}
            empty={<NoAudits />}
          />
        )}
      </Resource>
    </Page>
  );
}

function NoAudits() {
  return (
    <Empty title="No audit has run yet.">
      <p>
        Audits run on a schedule. Select <strong>Run audit</strong> to start one now.
      </p>
    </Empty>
  );
}

/** The last two selected audits. */
function lastTwo(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  if (chosen.has(key)) return new Set([...chosen].filter((one) => one !== key));
  return new Set([...chosen, key].slice(-2));
}

function CompareButton({ audits, chosen }: { audits: readonly Audit[]; chosen: ReadonlySet<string> }) {
  const [to, from] = audits.filter(({ id }) => chosen.has(id));
  const compare = () => from && to && go(href("audits", undefined, { from: from.id, to: to.id }));
  return (
    <Button disabled={!from || !to} onClick={compare}>
      Compare ({chosen.size} of 2)
    </Button>
  );
}

function took({ startedAtUtc, finishedAtUtc }: Audit): string {
  if (finishedAtUtc === undefined) return "–";
  return duration((Date.parse(finishedAtUtc) - Date.parse(startedAtUtc)) / 1000);
}
