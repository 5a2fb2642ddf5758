/**
 * `#/policy?mode=warn|enforce` shows the active policy, the mode of admission, what was or would have been refused, and the history;
 * `#/policy/VERSION` shows one version next to the history.
 */
import type { ActivePolicy } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { Time } from "../../ui/Time.tsx";
import { useResource } from "../../ui/useResource.ts";
import { AdmissionModes } from "./AdmissionModes.tsx";
import { ChangeMode } from "./ChangeMode.tsx";
import { History } from "./History.tsx";
import { Refusals } from "./Refusals.tsx";
import "./policy.css";

export function Policy() {
  const policy = useResource<ActivePolicy>("/policy");
  return (
    <Page
      title="Policy"
      lead={policy.data && <Author of={policy.data} />}
      actions={policy.data && <ChangeMode replaces={policy.data.version} />}
    >
      <Resource of={policy} lines={8}>
        {(active) => (
          <>
            <Notes title="The stored policy is invalid" tone="error" notes={active.problems} />
            <Notes title="Dangerous settings" tone="warn" notes={active.warnings} />
            <AdmissionModes document={active.document} />
            <Refusals />
            <History active={active.version} />
            <Card title="Settings">
              <details>
                <summary>All settings, with defaults</summary>
                <pre class="policy-document" tabIndex={0} aria-label="Settings">
                  {JSON.stringify(active.document, undefined, 2)}
                </pre>
              </details>
            </Card>
          </>
        )}
      </Resource>
    </Page>
  );
}

function Author({ of: { version, who, reason } }: { of: ActivePolicy }) {
  if (version === "default") return <>The built-in policy applies: none was applied yet.</>;
  return (
    <>
      Applied <Time utc={version} />
      {who !== undefined && <> by {who}</>}
      {reason !== undefined && <>. Reason: {reason}</>}
    </>
  );
}

interface NotesProps {
  title: string;
  tone: "error" | "warn";
  notes: readonly string[];
}

function Notes({ title, tone, notes }: NotesProps) {
  if (notes.length === 0) return null;
  return (
    <div class={`callout tone-${tone} policy-notes`}>
      <p class="callout-title">{title}</p>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}
