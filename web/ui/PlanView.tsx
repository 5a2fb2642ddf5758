import type { Plan, PlannedChange } from "../../api/model.ts";
import { Badge, type Tone } from "./Badge.tsx";
import { Lines } from "./Lines.tsx";
import { Time } from "./Time.tsx";
import { sentence } from "./words.ts";

const TONES: Readonly<Record<PlannedChange["action"], Tone>> = {
  create: "good",
  update: "info",
  delete: "error",
};

interface PlanViewProps {
  plan: Plan;
  /** Text for an empty plan. */
  nothing?: string | undefined;
}

/** A plan: each change as a diff with its evidence, and what cannot be restored. */
export function PlanView({ plan, nothing = "No changes." }: PlanViewProps) {
  if (plan.changes.length === 0) return <p class="quiet">{nothing}</p>;
  return (
    <div class="plan">
      {plan.changes.map((change, index) => (
        <ChangeView key={`${index} ${change.resourceId}`} change={change} />
      ))}
      <Losses losses={plan.losses} />
    </div>
  );
}

/** A planned or recorded change. */
export function ChangeView({ change }: { change: PlannedChange }) {
  return (
    <section class="change" aria-label={`${change.action} ${change.name}`}>
      <p class="change-title">
        <Badge tone={TONES[change.action]}>{change.action}</Badge> <strong>{change.name}</strong>
      </p>
      <p class="identity">{change.resourceId}</p>
      <p>{sentence(change.reason)}</p>
      {change.lines.length > 0 && <Lines lines={change.lines} />}
      {change.evidence.length > 0 && <Evidence of={change.evidence} />}
    </section>
  );
}

function Evidence({ of }: { of: PlannedChange["evidence"] }) {
  return (
    <details class="evidence">
      <summary>Evidence ({of.length})</summary>
      <ul>
        {of.map(({ says, source, atUtc }, index) => (
          <li key={index}>
            {sentence(says)} <span class="quiet">— {source}, </span>
            <Time utc={atUtc} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Consequences that cannot be undone. */
export function Losses({ losses }: { losses: readonly string[] }) {
  if (losses.length === 0) return null;
  return (
    <div class="callout tone-warn">
      <p class="callout-title">Before you continue</p>
      <ul>
        {losses.map((loss) => (
          <li key={loss}>{loss}</li>
        ))}
      </ul>
    </div>
  );
}
