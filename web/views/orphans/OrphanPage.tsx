import type { ComponentChildren } from "preact";
import type { Orphan, Orphans } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { sentence } from "../../ui/words.ts";
import { useFullList } from "../../ui/useResource.ts";
import { Copy } from "../../ui/Copy.tsx";
import { Fact } from "../../ui/Fact.tsx";
import { statusOf } from "./filterOrphans.ts";
import { useHolding } from "./Holding.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { KINDS, STATUSES } from "./words.ts";

/** An orphan candidate: evidence for, evidence against, and missing evidence. */
export function OrphanPage({ orphanKey }: { readonly orphanKey: string }) {
  const orphans = useFullList<Orphans>("/orphans");
  const orphan = orphans.data?.items.find(({ key }) => key === orphanKey);
  const { button, dialog, problem } = useHolding();
  return (
    <Page title={orphan?.name ?? "Orphan"} lead={<Lead orphan={orphan} />} actions={orphan && button(orphan)}>
      <Resource of={orphans} lines={10}>
        {({ mode }) => (orphan ? <Details orphan={orphan} mode={mode} /> : <NotCandidate />)}
      </Resource>
      {problem}
      {dialog}
    </Page>
  );
}

function Lead({ orphan }: { readonly orphan: Orphan | undefined }) {
  const back = <a href={href("orphans")}>All orphans</a>;
  if (!orphan) return back;
  const { tone, text, means } = STATUSES[statusOf(orphan)];
  return (
    <>
      <Badge tone={tone}>{text}</Badge> {means} · {back}
    </>
  );
}

function NotCandidate() {
  return (
    <Empty title="Not an orphan candidate">
      The resource is in use or no longer exists. Resources that a sweep deleted are listed under “Deleted” on
      the Orphans page.
    </Empty>
  );
}

function Details({ orphan, mode }: { readonly orphan: Orphan } & Pick<Orphans, "mode">) {
  return (
    <div class="orphan-page">
      <Card title="Next step">
        <Next orphan={orphan} mode={mode} />
        <dl class="fact-grid">
          <Fact name="Kind">{KINDS[orphan.kind]}</Fact>
          <Fact name="Cluster">{orphan.cluster}</Fact>
          <Fact name="Resource id" isWide>
            <Copy text={orphan.resourceId} what="Resource id" />
          </Fact>
        </dl>
      </Card>
      <Balance orphan={orphan} />
    </div>
  );
}

function Next({
  orphan: { hold, quarantine, verdict },
  mode,
}: { readonly orphan: Orphan } & Pick<Orphans, "mode">) {
  if (hold)
    return (
      <p>
        Excluded from deletion by <strong>{hold.who}</strong> <Time utc={hold.sinceUtc} />. Reason: {hold.why}
      </p>
    );
  if (!quarantine)
    return (
      <p>
        {verdict === "orphan"
          ? "The next sweep puts it into quarantine."
          : "None until the evidence is complete."}
      </p>
    );
  return (
    <>
      <p>
        {mode === "enforce"
          ? "A sweep deletes it after the grace period, if it is re-verified then."
          : "Observe mode: not deleted automatically. You can delete it with a manual sweep after the grace period."}
      </p>
      <dl class="fact-grid">
        <Fact name="Time left">
          <TimeLeft quarantine={quarantine} />
        </Fact>
        <Fact name="In quarantine since">
          <Time utc={quarantine.sinceUtc} />
        </Fact>
        <Fact name="Last verified">
          <Time utc={quarantine.lastProvedAtUtc} />
        </Fact>
      </dl>
    </>
  );
}

function Balance({ orphan }: { readonly orphan: Orphan }) {
  return (
    <div class="balance">
      <Side title="Evidence for" side="for" none="No evidence that it is unused.">
        {orphan.for.map(({ says: statement, source, atUtc, version }) => (
          <li key={`${statement} ${atUtc}`}>
            {sentence(statement)}
            <span class="quiet balance-source">
              {source}
              {version === undefined ? "" : `, resourceVersion ${version}`}, <Time utc={atUtc} />
            </span>
          </li>
        ))}
      </Side>
      <Side title="Evidence against" side="against" none="No contradicting evidence.">
        {orphan.against.map((statement) => (
          <li key={statement}>{sentence(statement)}</li>
        ))}
      </Side>
      <Side title="Missing evidence" side="missing" none="None: the evidence is complete.">
        {orphan.missing.map((statement) => (
          <li key={statement}>{sentence(statement)}</li>
        ))}
      </Side>
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly side: "for" | "against" | "missing";
  /** Text if there is no item. */
  readonly none: string;
  readonly children: readonly ComponentChildren[];
}

function Side({ title, side, none, children }: SideProps) {
  return (
    <Card title={`${title} (${children.length})`} class={`balance-${side}`}>
      {children.length === 0 ? <p class="quiet">{none}</p> : <ul class="balance-list">{children}</ul>}
    </Card>
  );
}
