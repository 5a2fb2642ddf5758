import type { Audit } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { CountsBadges } from "../../ui/Severity.tsx";
import { Time } from "../../ui/Time.tsx";
import { useList, useResource } from "../../ui/useResource.ts";
import { AuditProgress, AuditState, shortName } from "./AuditProgress.tsx";

/** Report formats of the API; the first is for people. */
const FORMATS = [
  ["html", "HTML"],
  ["markdown", "Markdown"],
  ["csv", "CSV"],
  ["json", "JSON"],
  ["jsonl", "JSON lines"],
  ["sarif", "SARIF"],
  ["table", "Text"],
] as const;

export function AuditPage({ id }: { id: string }) {
  const audit = useResource<Audit>(`/audits/${encodeURIComponent(id)}`, { everySeconds: 2 });
  return (
    <Page title={`Audit ${shortName(id)}`} lead={<a href={href("audits")}>All audits</a>}>
      <Resource of={audit}>
        {(data) => (
          <>
            {data.state === "running" && <AuditProgress audit={data} />}
            <Facts audit={data} />
            <Failures audit={data} />
            <Reports id={data.id} />
          </>
        )}
      </Resource>
    </Page>
  );
}

function Facts({ audit }: { audit: Audit }) {
  return (
    <Card title="Summary" actions={<AuditState audit={audit} />}>
      <dl class="facts">
        <dt>Started</dt>
        <dd>
          <Time utc={audit.startedAtUtc} /> by {audit.who}, {audit.why}
        </dd>
        <dt>Finished</dt>
        <dd>{audit.finishedAtUtc === undefined ? "not yet" : <Time utc={audit.finishedAtUtc} />}</dd>
        <dt>Scopes</dt>
        <dd class="number">
          {audit.finished} of {audit.total}
        </dd>
        <dt>Open findings</dt>
        <dd>{audit.counts ? <CountsBadges counts={audit.counts} /> : "available when the audit finishes"}</dd>
        <dt>New</dt>
        <dd class="number">{audit.appeared ?? "–"}</dd>
        <dt>Resolved</dt>
        <dd class="number">{audit.resolved ?? "–"}</dd>
      </dl>
      <p class="card-more">
        <a href={href("findings")}>Current findings</a>
        <CompareWithBefore id={audit.id} />
      </p>
    </Card>
  );
}

function CompareWithBefore({ id }: { id: string }) {
  const { data = [] } = useList<Audit>("/audits", { everySeconds: 60 });
  const before = data[data.findIndex((audit) => audit.id === id) + 1];
  if (!before) return null;
  return <a href={href("audits", undefined, { from: before.id, to: id })}>Compare with previous</a>;
}

function Failures({ audit: { failures } }: { audit: Audit }) {
  if (failures.length === 0) return null;
  return (
    <Card title="Failed scopes">
      <p class="quiet">Findings of these scopes are unchanged since the previous audit.</p>
      <ul class="failures">
        {failures.map(({ scope, why }) => (
          <li key={scope}>
            <code>{scope}</code>: {why}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Reports({ id }: { id: string }) {
  return (
    <Card title="Reports">
      <ul class="reports">
        {FORMATS.map(([format, title]) => (
          <li key={format}>
            <a
              class="button"
              href={`/api/v1/audits/${encodeURIComponent(id)}/report?format=${format}`}
              target="_blank"
              rel="noopener"
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
