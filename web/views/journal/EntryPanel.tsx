import { useState } from "preact/hooks";
import type { JournalDetail } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { Diff } from "../../ui/Diff.tsx";
import { notify } from "../../ui/notify.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { ChangeView } from "../../ui/PlanView.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { useResource } from "../../ui/useResource.ts";
import { EntryOutcome } from "./columns.tsx";

export function EntryPanel({ id, closeHref }: { id: string; closeHref: string }) {
  const entry = useResource<JournalDetail>(`/journal/${encodeURIComponent(id)}`);
  const title = entry.data ? `${entry.data.change.action} ${entry.data.change.name}` : "Entry";
  return (
    <Panel title={title} closeHref={closeHref}>
      <Resource of={entry}>{(data) => <Detail entry={data} />}</Resource>
    </Panel>
  );
}

function Detail({ entry }: { entry: JournalDetail }) {
  const { before, after, change } = entry;
  return (
    <>
      <Facts entry={entry} />
      <Undo entry={entry} />
      <ChangeView change={change} />
      <section>
        <h3>Resource before and after</h3>
        {before === undefined && after === undefined ? (
          <p class="quiet">Not recorded.</p>
        ) : (
          <Diff before={before} after={after} />
        )}
      </section>
      <p>
        <a href={href("journal", undefined, { resource: change.resourceId })}>
          Show all entries of this resource
        </a>
      </p>
    </>
  );
}

function Facts({ entry }: { entry: JournalDetail }) {
  const { atUtc, completedAtUtc, outcome, why, who, cause, correlationId, policyVersion } = entry;
  return (
    <dl class="facts">
      <dt>Outcome</dt>
      <dd>
        <EntryOutcome outcome={outcome} /> {why}
      </dd>
      <dt>Started</dt>
      <dd>
        <Time utc={atUtc} />
      </dd>
      {completedAtUtc !== undefined && (
        <>
          <dt>Completed</dt>
          <dd>
            <Time utc={completedAtUtc} />
          </dd>
        </>
      )}
      <dt>Actor</dt>
      <dd>{who}</dd>
      <dt>Cause</dt>
      <dd>{cause}</dd>
      <dt>Policy version</dt>
      <dd>{policyVersion}</dd>
      <dt>Correlation id</dt>
      <dd>
        <code>{correlationId}</code>
      </dd>
    </dl>
  );
}

function Undo({ entry: { id, undoable, change } }: { entry: JournalDetail }) {
  const [isAsking, setAsking] = useState(false);
  if (!undoable) return <p class="quiet">This entry cannot be undone.</p>;
  return (
    <div class="actions">
      <Button onClick={() => setAsking(true)}>Undo…</Button>
      {isAsking && (
        <PlanDialog
          title={`Undo: ${change.action} ${change.name}`}
          method="POST"
          path={`/journal/${encodeURIComponent(id)}/undo`}
          confirm="Undo"
          onDone={({ applied = [] }) => {
            if (applied.some(({ outcome }) => outcome === "applied"))
              notify(`${change.name} was restored to its previous state.`);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
