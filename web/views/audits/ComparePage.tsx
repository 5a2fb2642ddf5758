import type { AuditDifference } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { SeverityBadge } from "../../ui/Severity.tsx";
import { useResource } from "../../ui/useResource.ts";
import { count } from "../../ui/words.ts";
import { shortName } from "./AuditProgress.tsx";

interface Difference {
  readonly id: string;
  readonly check: string;
  readonly severity: AuditDifference["appeared"][number]["severity"];
  readonly about: string;
  readonly message: string;
}

export function ComparePage({ from, to }: { from: string; to: string }) {
  const path = `/audits/${encodeURIComponent(from)}/diff/${encodeURIComponent(to)}`;
  const difference = useResource<AuditDifference>(path, { everySeconds: 60 });
  return (
    <Page
      title="Compare audits"
      lead={
        <>
          <a href={href("audits")}>All audits</a>, from <a href={href("audits", from)}>{shortName(from)}</a>{" "}
          to <a href={href("audits", to)}>{shortName(to)}</a>
        </>
      }
    >
      <Resource of={difference}>
        {({ appeared, resolved, worse, unchanged }) => (
          <>
            <p>
              {count(appeared.length, "new finding")}, {resolved.length} resolved, {worse.length} worse,{" "}
              {unchanged} unchanged.
            </p>
            <Part title="New" findings={appeared} />
            <Part
              title="Worse"
              findings={worse.map(({ to, from, ...one }) => ({
                ...one,
                severity: to,
                message: `severity changed from ${from} to ${to}`,
              }))}
            />
            <Part title="Resolved" findings={resolved} />
          </>
        )}
      </Resource>
    </Page>
  );
}

function Part({ title, findings }: { title: string; findings: readonly Difference[] }) {
  return (
    <Card title={`${title} (${findings.length})`}>
      {findings.length === 0 && <p class="quiet">None.</p>}
      <ul class="differences">
        {findings.map(({ id, severity, check, about, message }) => (
          <li key={id}>
            <SeverityBadge severity={severity} />
            <div>
              <a href={href("findings", id, { state: "all" })}>{check}</a> <span>{message}</span>
              <p class="identity">{about}</p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
