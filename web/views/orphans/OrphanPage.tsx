import type { ComponentChildren } from "preact";
import type { Orphan, Orphans } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Page } from "../../ui/Page.tsx";
import { Empty, Resource } from "../../ui/Resource.tsx";
import { href } from "../../ui/route.ts";
import { Time } from "../../ui/Time.tsx";
import { useWholeList } from "../../ui/useResource.ts";
import { Copy } from "../../ui/Copy.tsx";
import { Fact } from "../../ui/Fact.tsx";
import { standingOf } from "./filterOrphans.ts";
import { useHolding } from "./Holding.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { KINDS, STANDINGS } from "./words.ts";

/** One suspect: what speaks for its being an orphan, what against, and what is missing. */
export function OrphanPage({ orphanKey }: { readonly orphanKey: string }) {
  const orphans = useWholeList<Orphans>("/orphans");
  const orphan = orphans.data?.items.find(({ key }) => key === orphanKey);
  const { button, dialog, problem } = useHolding();
  return (
    <Page title={orphan?.name ?? "Orphan"} lead={<Lead orphan={orphan} />} actions={orphan && button(orphan)}>
      <Resource of={orphans} lines={10}>
        {({ mode }) => (orphan ? <Weighed orphan={orphan} mode={mode} /> : <NotSuspected />)}
      </Resource>
      {problem}
      {dialog}
    </Page>
  );
}

function Lead({ orphan }: { readonly orphan: Orphan | undefined }) {
  const back = <a href={href("orphans")}>All orphans</a>;
  if (!orphan) return back;
  const { tone, text, means } = STANDINGS[standingOf(orphan)];
  return (
    <>
      <Badge tone={tone}>{text}</Badge> {means} · {back}
    </>
  );
}

function NotSuspected() {
  return (
    <Empty title="It is no orphan any more.">
      A living Service accounts for it now, or it is gone; if a sweep deleted it, the list has it under
      “Deleted”.
    </Empty>
  );
}

function Weighed({ orphan, mode }: { readonly orphan: Orphan } & Pick<Orphans, "mode">) {
  return (
    <div class="orphan-page">
      <Card title="What happens next">
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
        Nothing: <strong>{hold.who}</strong> holds it since <Time utc={hold.sinceUtc} />, because “{hold.why}
        ”.
      </p>
    );
  if (!quarantine)
    return (
      <p>
        {verdict === "orphan" ? "The next sweep puts it into quarantine." : "Nothing, until it is proved."}
      </p>
    );
  return (
    <>
      <p>
        {mode === "enforce"
          ? "A sweep deletes it once its grace is over, if it is proved again then."
          : "Nothing by itself: sweep is in observe mode. By hand it can be deleted once its grace is over."}
      </p>
      <dl class="fact-grid">
        <Fact name="Time left">
          <TimeLeft quarantine={quarantine} />
        </Fact>
        <Fact name="In quarantine since">
          <Time utc={quarantine.sinceUtc} />
        </Fact>
        <Fact name="Proved last">
          <Time utc={quarantine.lastProvedAtUtc} />
        </Fact>
      </dl>
    </>
  );
}

function Balance({ orphan }: { readonly orphan: Orphan }) {
  return (
    <div class="balance">
      <Side title="Evidence for" side="for" none="Nothing proves that it has no owner.">
        {orphan.for.map(({ says, source, atUtc, version }) => (
          <li key={`${says} ${atUtc}`}>
            {says}
            <span class="quiet balance-source">
              {source}
              {version === undefined ? "" : `, resourceVersion ${version}`}, <Time utc={atUtc} />
            </span>
          </li>
        ))}
      </Side>
      <Side title="Evidence against" side="against" none="Nothing in Azure contradicts.">
        {orphan.against.map((says) => (
          <li key={says}>{says}</li>
        ))}
      </Side>
      <Side title="Missing" side="missing" none="Nothing: all that is needed is known.">
        {orphan.missing.map((says) => (
          <li key={says}>{says}</li>
        ))}
      </Side>
    </div>
  );
}

interface SideProps {
  readonly title: string;
  readonly side: "for" | "against" | "missing";
  /** Where there is nothing. */
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
