import type { Audit } from "../../../api/model.ts";
import { attempt } from "../../ui/attempt.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";
import { duration } from "../../ui/words.ts";

const TONES: Readonly<Record<Audit["state"], Tone>> = {
  running: "info",
  done: "good",
  failed: "error",
  cancelled: "quiet",
};

/** The unique part of an audit id: `8de124`. */
export function shortName(id: string): string {
  return id.split("-").at(-1) ?? id;
}

export function AuditState({ audit: { state, failures } }: { audit: Audit }) {
  if (state === "done" && failures.length > 0) return <Badge tone="warn">partially done</Badge>;
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

/** Progress of a running audit, and the cancel button. */
export function AuditProgress({ audit }: { audit: Audit }) {
  const { isOperator } = useMe();
  const { id, finished, total, remainingSeconds } = audit;
  const left = remainingSeconds === undefined ? "" : `, about ${duration(remainingSeconds)} left`;
  const cancel = () =>
    attempt(
      () => send("POST", `/audits/${encodeURIComponent(id)}/cancel`),
      "Audit cancelled. Completed scopes keep their findings.",
    );
  return (
    <div class="audit-progress">
      <progress max={Math.max(total, 1)} value={finished} aria-label="Audit progress" />
      <span class="number">
        {finished} of {total} scopes{left}
      </span>
      <Button disabled={!isOperator} onClick={() => void cancel()}>
        Cancel
      </Button>
    </div>
  );
}
