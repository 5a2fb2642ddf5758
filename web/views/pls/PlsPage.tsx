import { useState } from "preact/hooks";
import type { Holds, PrivateLinkService } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { notify } from "../../ui/notify.tsx";
import { Page } from "../../ui/Page.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { PlanView } from "../../ui/PlanView.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { useFullList, useResource } from "../../ui/useResource.ts";
import { useHolding } from "../orphans/Holding.tsx";
import { ConnectionList } from "./ConnectionList.tsx";
import { Copy } from "../../ui/Copy.tsx";
import { Fact } from "../../ui/Fact.tsx";
import { Fields } from "./Fields.tsx";
import { GraphList } from "./graph/GraphList.tsx";
import { PlsGraph } from "./graph/PlsGraph.tsx";
import { PlsJournal } from "./PlsJournal.tsx";
import { PLS_STATES } from "./states.ts";

/** One PLS: declared and actual fields, topology, private endpoint connections, and its journal. */
export function PlsPage({ plsKey }: { readonly plsKey: string }) {
  const pls = useResource<PrivateLinkService>(`/pls/${encodeURIComponent(plsKey)}`);
  const holds = useFullList<Holds>("/holds");
  const [isReconciling, setReconciling] = useState(false);
  const { button, dialog, problem } = useHolding();
  const { data } = pls;
  const hold = holds.data?.items.find(({ key }) => key === plsKey);
  return (
    <Page
      title={data?.name ?? "Private Link Service"}
      lead={<Lead pls={data} />}
      actions={
        data !== undefined && (
          <>
            {holds.data &&
              button({ key: plsKey, name: data.name, resourceId: data.id, ...(hold && { hold }) })}
            {data.plan.changes.length > 0 && (
              <Button kind="primary" onClick={() => setReconciling(true)}>
                Reconcile
              </Button>
            )}
          </>
        )
      }
    >
      {problem}
      {hold && (
        <p class="callout tone-info">
          On hold by <strong>{hold.who}</strong> <Time utc={hold.sinceUtc} />: {hold.why}. Mooring neither
          deletes nor repairs it.
        </p>
      )}
      <Resource of={pls} lines={14}>
        {(pls) => <PlsCards pls={pls} />}
      </Resource>
      {dialog}
      {isReconciling && data && <Reconcile pls={data} onClose={() => setReconciling(false)} />}
    </Page>
  );
}

function Lead({ pls }: { readonly pls: PrivateLinkService | undefined }) {
  const back = <a href={href("pls")}>All Private Link Services</a>;
  if (!pls) return back;
  const { tone, text, means } = PLS_STATES[pls.state];
  return (
    <>
      <Badge tone={tone}>{text}</Badge> {means} · {back}
    </>
  );
}

function PlsCards({ pls }: { readonly pls: PrivateLinkService }) {
  return (
    <div class="pls-page">
      <Card title="Details">
        <Facts pls={pls} />
      </Card>
      <Card title="Declared and actual" class="pls-fields">
        <Fields fields={pls.fields} />
        {pls.plan.changes.length > 0 && (
          <details class="pls-plan">
            <summary>Planned changes ({pls.plan.changes.length})</summary>
            <PlanView plan={pls.plan} />
          </details>
        )}
      </Card>
      <Card title="Topology">
        <PlsGraph graph={pls.graph} label={`Topology of ${pls.name}, from its Service to its consumers`} />
        <details class="graph-as-list">
          <summary>Show as list</summary>
          <GraphList graph={pls.graph} />
        </details>
      </Card>
      <Card title={`Private endpoint connections (${pls.connectionList.length})`}>
        <ConnectionList connections={pls.connectionList} />
      </Card>
      <Card title="Journal">
        <PlsJournal resourceId={pls.id} />
      </Card>
    </div>
  );
}

function Facts({ pls }: { readonly pls: PrivateLinkService }) {
  const tags = Object.entries(pls.tags);
  return (
    <dl class="fact-grid">
      <Fact name="Service">
        {pls.service === undefined ? <i>none</i> : `${pls.cluster ?? "?"}/${pls.service}`}
      </Fact>
      <Fact name="Resource group">{pls.resourceGroup}</Fact>
      <Fact name="Location">{pls.location}</Fact>
      <Fact name="Provisioning state">{pls.provisioningState}</Fact>
      <Fact name="Alias for consumers" isWide>
        {pls.alias === "" ? <i>not assigned yet</i> : <Copy text={pls.alias} what="Alias" />}
      </Fact>
      <Fact name="Resource id" isWide>
        <Copy text={pls.id} what="Resource id" />
      </Fact>
      <Fact name="Tags" isWide>
        {tags.length === 0 ? <i>none</i> : <Tags tags={tags} />}
      </Fact>
    </dl>
  );
}

function Tags({ tags }: { readonly tags: readonly (readonly [string, string])[] }) {
  return (
    <ul class="tags">
      {tags.map(([key, value]) => (
        <li key={key}>
          <code>
            {key}: {value}
          </code>
        </li>
      ))}
    </ul>
  );
}

function Reconcile({ pls, onClose }: { readonly pls: PrivateLinkService; readonly onClose: () => void }) {
  return (
    <PlanDialog
      title={`Reconcile ${pls.name}`}
      method="POST"
      path={`/pls/${encodeURIComponent(pls.key)}/reconcile`}
      confirm="Reconcile"
      onDone={({ applied }) => {
        if (applied?.every(({ outcome }) => outcome === "applied"))
          notify(`${pls.name} matches its declaration`);
      }}
      onClose={onClose}
    />
  );
}
