import { useState } from "preact/hooks";
import type { Finding } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { ApiProblem, send } from "../../ui/http.ts";
import { notify } from "../../ui/notify.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { count } from "../../ui/words.ts";

const DAY = 24 * 3600 * 1000;
const TIMES = [
  [1, "1 day"],
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
] as const;

interface AcknowledgeProps {
  findings: readonly Finding[];
  onClose: () => void;
  onDone?: () => void;
}

/** Acknowledges findings until a date: they are not counted until then unless they get worse. */
export function Acknowledge({ findings, onClose, onDone }: AcknowledgeProps) {
  const [until, setUntil] = useState(dayAfter(7));
  const [isBusy, setBusy] = useState(false);
  const acknowledge = async (reason: string) => {
    setBusy(true);
    const untilUtc = new Date(`${until}T23:59:59Z`).toISOString();
    const problems = await acknowledgeAll(findings, { untilUtc, reason });
    for (const problem of problems) notify(problem, "error");
    const done = findings.length - problems.length;
    if (done > 0) notify(`${count(done, "finding")} acknowledged.`);
    onClose();
    onDone?.();
  };
  const title = findings.length === 1 ? "Acknowledge" : `Acknowledge ${count(findings.length, "finding")}`;
  return (
    <ReasonDialog
      title={title}
      label="Reason"
      hint="Shown with the finding."
      most={500}
      next="Acknowledge"
      isBusy={isBusy}
      onReason={(reason) => void acknowledge(reason)}
      onClose={onClose}
    >
      <p>Until this date the findings are not counted and fail no pipeline, unless they get worse.</p>
      <Until until={until} onChange={setUntil} />
    </ReasonDialog>
  );
}

function Until({ until, onChange }: { until: string; onChange: (until: string) => void }) {
  return (
    <>
      <Field label="Until end of day" hint="UTC">
        {(ids) => (
          <input
            {...ids}
            type="date"
            required
            min={dayAfter(0)}
            value={until}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions" role="group" aria-label="Duration">
        {TIMES.map(([days, title]) => (
          <Button key={days} aria-pressed={until === dayAfter(days)} onClick={() => onChange(dayAfter(days))}>
            {title}
          </Button>
        ))}
      </div>
    </>
  );
}

/** Value of a date input: `2026-12-02`. */
function dayAfter(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}

/** Sequential; returns a message for each finding that could not be acknowledged. */
async function acknowledgeAll(
  findings: readonly Finding[],
  body: { readonly untilUtc: string; readonly reason: string },
): Promise<string[]> {
  const problems: string[] = [];
  for (const { id, etag, name } of findings) {
    try {
      await send("PUT", `/findings/${encodeURIComponent(id)}/acknowledgement`, { body, etag });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problems.push(
        `${name}: ${error.status === 412 ? "changed since it was loaded; review it and try again" : error.problems.join(" ")}`,
      );
    }
  }
  return problems;
}
