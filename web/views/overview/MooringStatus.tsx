import type { ComponentChildren } from "preact";
import type { Overview } from "../../../api/model.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Time } from "../../ui/Time.tsx";

type Mooring = Overview["mooring"];

/** Labels of modes whose names are too long for a badge. */
const MODES: Readonly<Record<string, string>> = { privateLinkServices: "PLS" };

/** The status of Mooring: what it may change, and how recent its data is. */
export function MooringStatus({ mooring }: { mooring: Mooring }) {
  const { stopped, modes, policyAppliedAtUtc, scannedAtUtc, auditedAtUtc, subscriptions, problems } = mooring;
  return (
    <Card title="Mooring status" actions={<State mooring={mooring} />}>
      {problems.length > 0 && (
        <ul class="callout tone-warn status-problems">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <Fact title="Changes">{stopped ? `stopped: ${stopped.why}` : "enabled, see modes"}</Fact>
        <Fact title="Modes">
          <span class="badges">
            {Object.entries(modes).map(([capability, mode]) => (
              <Badge key={capability} tone={mode === "enforce" ? "info" : "quiet"}>
                {MODES[capability] ?? capability}: {mode}
              </Badge>
            ))}
          </span>
        </Fact>
        <Fact title="Policy">{when(policyAppliedAtUtc, "built-in")}</Fact>
        <Fact title="Oldest scan">{when(scannedAtUtc, "none yet")}</Fact>
        <Fact title="Last audit">{when(auditedAtUtc, "none yet")}</Fact>
        <Fact title="Subscriptions">{subscriptions}</Fact>
      </dl>
    </Card>
  );
}

function State({ mooring: { stopped, problems } }: { mooring: Mooring }) {
  if (stopped) return <Badge tone="error">Changes stopped</Badge>;
  return problems.length > 0 ? <Badge tone="warn">Degraded</Badge> : <Badge tone="good">Healthy</Badge>;
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
