import { useState } from "preact/hooks";
import type { Finding } from "../../../api/model.ts";
import { attempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { SeverityBadge } from "../../ui/Severity.tsx";
import { useResource } from "../../ui/useResource.ts";
import { sentence } from "../../ui/words.ts";
import { Acknowledge } from "./Acknowledge.tsx";
import { FindingState } from "./columns.tsx";
import { Compared, History, Planned } from "./FindingParts.tsx";

export function FindingPanel({ id, closeHref }: { id: string; closeHref: string }) {
  const finding = useResource<Finding>(`/findings/${encodeURIComponent(id)}`);
  return (
    <Panel title={finding.data?.check ?? "Finding"} closeHref={closeHref}>
      <Resource of={finding}>{(data) => <Detail finding={data} />}</Resource>
    </Panel>
  );
}

function Detail({ finding }: { finding: Finding }) {
  return (
    <>
      <p class="badges">
        <SeverityBadge severity={finding.severity} />
        <FindingState finding={finding} />
      </p>
      <p class="finding-message">{sentence(finding.message)}</p>
      <p class="identity">{finding.about}</p>
      <Actions finding={finding} />
      <section>
        <h3>Recommended action</h3>
        <p>{sentence(finding.advice)}</p>
      </section>
      <Compared finding={finding} />
      <Planned finding={finding} />
      <History finding={finding} />
      {finding.about.startsWith("/") && (
        <p>
          <a href={href("journal", undefined, { resource: finding.about })}>Journal of this resource</a>
        </p>
      )}
    </>
  );
}

type Doing = "fix" | "acknowledge" | undefined;

function Actions({ finding }: { finding: Finding }) {
  const { isOperator } = useMe();
  const [doing, setDoing] = useState<Doing>();
  const { id, state, fixable, etag } = finding;
  const close = () => setDoing(undefined);
  if (state === "resolved") return null;
  return (
    <div class="actions">
      {fixable && (
        <Button kind="primary" onClick={() => setDoing("fix")}>
          Fix…
        </Button>
      )}
      {state === "acknowledged" ? (
        <Button disabled={!isOperator} onClick={() => void withdraw(id, etag)}>
          Withdraw acknowledgement
        </Button>
      ) : (
        <Button disabled={!isOperator} onClick={() => setDoing("acknowledge")}>
          Acknowledge…
        </Button>
      )}
      {!isOperator && <span class="quiet">Requires the role Mooring.Operator.</span>}
      {doing === "acknowledge" && <Acknowledge findings={[finding]} onClose={close} />}
      {doing === "fix" && <Fix finding={finding} onClose={close} />}
    </div>
  );
}

function Fix({ finding: { id, name }, onClose }: { finding: Finding; onClose: () => void }) {
  return (
    <PlanDialog
      title={`Fix ${name}`}
      method="POST"
      path={`/findings/${encodeURIComponent(id)}/fix`}
      confirm="Apply"
      onDone={({ applied = [] }) => {
        if (applied.some(({ outcome }) => outcome === "applied")) notify(`${name} matches its declaration.`);
      }}
      onClose={onClose}
    />
  );
}

function withdraw(id: string, etag: string): Promise<boolean> {
  return attempt(
    () => send("DELETE", `/findings/${encodeURIComponent(id)}/acknowledgement`, { etag }),
    "Acknowledgement withdrawn.",
  );
}
