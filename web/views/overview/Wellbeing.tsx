import type { ComponentChildren } from "preact";
import type { Overview } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Time } from "../../ui/Time.tsx";

type Mooring = Overview["mooring"];

/** Names that differ from the field's. */
const MODES: Readonly<Record<string, string>> = { privateLinkServices: "PLS" };

/** Whether Mooring itself is well: what it may do, and how fresh what it knows is. */
export function Wellbeing({ mooring }: { mooring: Mooring }) {
  const { stopped, modes, policyAppliedAtUtc, scannedAtUtc, auditedAtUtc, subscriptions, problems } = mooring;
  return (
    <Card title="Mooring itself" actions={<State mooring={mooring} />}>
      {problems.length > 0 && (
        <ul class="callout tone-warn wellbeing-problems">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <Fact title="Writing">{stopped ? `stopped: ${stopped.why}` : "as each mode says"}</Fact>
        <Fact title="Modes">
          <span class="badges">
            {Object.entries(modes).map(([capability, mode]) => (
              <Badge key={capability} tone={mode === "enforce" ? "info" : "quiet"}>
                {MODES[capability] ?? capability}: {mode}
              </Badge>
            ))}
          </span>
        </Fact>
        <Fact title="Policy">{when(policyAppliedAtUtc, "the built-in one")}</Fact>
        <Fact title="Oldest scan">{when(scannedAtUtc, "none yet")}</Fact>
        <Fact title="Last audit">{when(auditedAtUtc, "none yet")}</Fact>
        <Fact title="Subscriptions">{subscriptions}</Fact>
      </dl>
    </Card>
  );
}

function State({ mooring: { stopped, problems } }: { mooring: Mooring }) {
  if (stopped) return <Badge tone="error">stopped</Badge>;
  return problems.length > 0 ? <Badge tone="warn">has problems</Badge> : <Badge tone="good">well</Badge>;
}

function Fact({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}

function when(utc: string | undefined, otherwise: string) {
  return utc === undefined ? otherwise : <Time utc={utc} />;
}
