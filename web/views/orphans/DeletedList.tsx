import { useState } from "preact/hooks";
import type { Orphans } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";

type Deleted = Orphans["deleted"][number];

/** Resources that a sweep deleted and that can be restored; the plan lists what cannot be restored. */
export function DeletedList({ deleted }: { readonly deleted: readonly Deleted[] }) {
  const [restoring, setRestoring] = useState<Deleted>();
  if (deleted.length === 0 && !restoring) return null;
  return (
    <Card title="Deleted (restorable)" class="deleted">
      <ul class="deleted-list">
        {deleted.map((one) => (
          <DeletedRow key={one.journalId} deleted={one} onRestore={() => setRestoring(one)} />
        ))}
      </ul>
      {restoring && (
        <PlanDialog
          title={`Restore ${restoring.name}`}
          method="POST"
          path="/orphans/restore"
          body={{ journalId: restoring.journalId }}
          confirm="Restore"
          onDone={({ applied }) => {
            if (applied?.every(({ outcome }) => outcome === "applied"))
              notify(`${restoring.name} was restored`);
          }}
          onClose={() => setRestoring(undefined)}
        />
      )}
    </Card>
  );
}

interface DeletedRowProps {
  readonly deleted: Deleted;
  readonly onRestore: () => void;
}

function DeletedRow({ deleted, onRestore }: DeletedRowProps) {
  const { isOperator } = useMe();
  const { journalId, name, resourceId, atUtc, losses } = deleted;
  return (
    <li>
      <div>
        <a href={href("journal", journalId)}>{name}</a>{" "}
        <span class="quiet">
          deleted <Time utc={atUtc} />
        </span>
        <p class="identity">{resourceId}</p>
        {losses.length > 0 && (
          <details>
            <summary>Not restorable ({losses.length})</summary>
            <ul>
              {losses.map((loss) => (
                <li key={loss}>{loss}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <Button class="button-small" aria-label={`Restore ${name}`} onClick={onRestore}>
        {isOperator ? "Restore…" : "Preview restore"}
      </Button>
    </li>
  );
}
