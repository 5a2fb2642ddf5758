import { useState } from "preact/hooks";
import type { Link } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { notify } from "../../ui/notify.tsx";
import { Page } from "../../ui/Page.tsx";
import { PlanDialog } from "../../ui/PlanDialog.tsx";
import { PlanView } from "../../ui/PlanView.tsx";
import { Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { useResource } from "../../ui/useResource.ts";
import { ConnectionList } from "./ConnectionList.tsx";
import { Copy } from "../../ui/Copy.tsx";
import { Fact } from "../../ui/Fact.tsx";
import { Fields } from "./Fields.tsx";
import { GraphList } from "./graph/GraphList.tsx";
import { LinkGraph } from "./graph/LinkGraph.tsx";
import { LinkJournal } from "./LinkJournal.tsx";
import { LINK_STATES } from "./states.ts";

/** One link: what it shall be beside what it is, who is connected, what hangs on what, and what was done to it. */
export function LinkPage({ linkKey }: { readonly linkKey: string }) {
  const link = useResource<Link>(`/links/${encodeURIComponent(linkKey)}`);
  const [isReconciling, setReconciling] = useState(false);
  const { data } = link;
  return (
    <Page
      title={data?.name ?? "Link"}
      lead={<Lead link={data} />}
      actions={
        data !== undefined &&
        data.plan.changes.length > 0 && (
          <Button kind="primary" onClick={() => setReconciling(true)}>
            Reconcile
          </Button>
        )
      }
    >
      <Resource of={link} lines={14}>
        {(link) => <LinkCards link={link} />}
      </Resource>
      {isReconciling && data && <Reconcile link={data} onClose={() => setReconciling(false)} />}
    </Page>
  );
}

function Lead({ link }: { readonly link: Link | undefined }) {
  const back = <a href={href("links")}>All links</a>;
  if (!link) return back;
  const { tone, text, means } = LINK_STATES[link.state];
  return (
    <>
      <Badge tone={tone}>{text}</Badge> {means} · {back}
    </>
  );
}

function LinkCards({ link }: { readonly link: Link }) {
  return (
    <div class="link-page">
      <Card title="What it is">
        <Facts link={link} />
      </Card>
      <Card title="Declared and actual" class="link-fields">
        <Fields fields={link.fields} />
        {link.plan.changes.length > 0 && (
          <details class="link-plan">
            <summary>What Mooring would do now ({link.plan.changes.length})</summary>
            <PlanView plan={link.plan} />
          </details>
        )}
      </Card>
      <Card title="What hangs on what">
        <LinkGraph graph={link.graph} label={`Who uses ${link.name}, from its Service to its consumers`} />
        <details class="graph-as-list">
          <summary>As a list</summary>
          <GraphList graph={link.graph} />
        </details>
      </Card>
      <Card title={`Connections (${link.connectionList.length})`}>
        <ConnectionList connections={link.connectionList} />
      </Card>
      <Card title="Journal of this link">
        <LinkJournal resourceId={link.id} />
      </Card>
    </div>
  );
}

function Facts({ link }: { readonly link: Link }) {
  const tags = Object.entries(link.tags);
  return (
    <dl class="fact-grid">
      <Fact name="Service">
        {link.service === undefined ? <i>none</i> : `${link.cluster ?? "?"}/${link.service}`}
      </Fact>
      <Fact name="Resource group">{link.resourceGroup}</Fact>
      <Fact name="Location">{link.location}</Fact>
      <Fact name="Provisioning">{link.provisioningState}</Fact>
      <Fact name="Alias, which consumers connect to" isWide>
        {link.alias === "" ? <i>not given yet</i> : <Copy text={link.alias} what="Alias" />}
      </Fact>
      <Fact name="Resource id" isWide>
        <Copy text={link.id} what="Resource id" />
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

function Reconcile({ link, onClose }: { readonly link: Link; readonly onClose: () => void }) {
  return (
    <PlanDialog
      title={`Reconcile ${link.name}`}
      method="POST"
      path={`/links/${encodeURIComponent(link.key)}/reconcile`}
      confirm="Reconcile"
      onDone={({ applied }) => {
        if (applied?.every(({ outcome }) => outcome === "applied"))
          notify(`${link.name} is as declared again`);
      }}
      onClose={onClose}
    />
  );
}
