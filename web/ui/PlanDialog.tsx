import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Applied, Outcome, Plan } from "../../api/model.ts";
import { Badge, type Tone } from "./Badge.tsx";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { ApiProblem, send } from "./http.ts";
import { useMe } from "./me.ts";
import { PlanView } from "./PlanView.tsx";
import { Problems } from "./Problems.tsx";
import { Skeleton } from "./Resource.tsx";

export interface PlanDialogProps {
  title: string;
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  /** Text of the button that applies the plan. */
  confirm: string;
  /** Text for an empty plan; default: no changes. */
  nothing?: string;
  /** Additional messages from the response. */
  notesOf?: (outcome: Outcome) => readonly string[];
  /**
   * Text of the button if the plan is empty and there are notes: the call then does what the notes require.
   * Absent: no button.
   */
  confirmEmpty?: string;
  onDone: (outcome: Outcome) => void;
  onClose: () => void;
}

interface Step {
  readonly plan?: Plan;
  readonly applied?: readonly Applied[];
  readonly problem?: ApiProblem;
  readonly isBusy: boolean;
  /** The plan changed after the user confirmed it. */
  readonly hasChanged?: boolean;
  readonly notes?: readonly string[];
  /** Why a change is pending until the next report of its cluster. */
  readonly awaits?: string;
}

const RETRY_MILLISECONDS = 5000;
/** Two minutes: a cluster that did not report by then is silent. */
const MAX_RETRIES = 24;

/**
 * Shows the plan of a call, then applies exactly that plan. If the plan changed meanwhile, shows the new
 * plan and requires a new confirmation.
 */
export function PlanDialog({ title, nothing, onDone, onClose, ...call }: PlanDialogProps) {
  const [step, setStep] = useState<Step>({ isBusy: true });
  const plan = async (hasChanged: boolean) => {
    setStep({ isBusy: true, hasChanged });
    setStep({ ...(await dryRun(call)), hasChanged });
  };
  const retry = useRef<{ isOpen: boolean; timer?: ReturnType<typeof setTimeout> }>({ isOpen: true });
  const apply = async (shown: Plan, awaits?: string, retries = 0) => {
    setStep({ plan: shown, isBusy: true, ...(awaits !== undefined && { awaits }) });
    const done = await carryOut(call, shown);
    if (done === "changed") return plan(true);
    const awaited = done.problem?.isPassing ? awaits : reportAwaited(done.applied ?? []);
    // Closing the dialog cancels the changes that are still pending.
    if (awaited !== undefined && retry.current.isOpen && retries < MAX_RETRIES) {
      setStep({ plan: shown, isBusy: true, awaits: awaited });
      retry.current.timer = setTimeout(() => void apply(shown, awaited, retries + 1), RETRY_MILLISECONDS);
      return;
    }
    setStep({ plan: shown, isBusy: false, ...done });
    if (done.outcome) onDone(done.outcome);
  };
  // In the same step as closing: otherwise a try could begin in between.
  useLayoutEffect(() => {
    retry.current.isOpen = true;
    void plan(false);
    return () => {
      retry.current.isOpen = false;
      clearTimeout(retry.current.timer);
    };
  }, [call.path]);
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body" aria-busy={step.isBusy}>
        <Body step={step} nothing={nothing} onRetry={() => void plan(false)} />
      </div>
      <Foot step={step} words={call} onConfirm={(shown) => void apply(shown)} onClose={onClose} />
    </Dialog>
  );
}

type Call = Pick<PlanDialogProps, "method" | "path" | "body" | "notesOf">;

async function dryRun({ method, path, body, notesOf }: Call): Promise<Step> {
  try {
    const outcome = await send<Outcome>(method, `${path}${path.includes("?") ? "&" : "?"}dryRun=true`, {
      body,
    });
    return { plan: outcome.plan, notes: notesOf?.(outcome) ?? [], isBusy: false };
  } catch (problem) {
    return { problem: asProblem(problem), isBusy: false };
  }
}

async function carryOut({ method, path, body, notesOf }: Call, { etag }: Plan) {
  try {
    const outcome = await send<Outcome>(method, path, { body, etag });
    return { outcome, applied: outcome.applied ?? [], notes: notesOf?.(outcome) ?? [] };
  } catch (error) {
    const problem = asProblem(error);
    return problem.status === 412 ? ("changed" as const) : { problem };
  }
}

/** The reason, if every change that was not applied is pending until the next report of a cluster. */
function reportAwaited(applied: readonly Applied[]): string | undefined {
  const undone = applied.filter(({ outcome }) => outcome !== "applied");
  return undone.every(({ guard }) => guard === "awaiting-confirmation") ? undone[0]?.why : undefined;
}

function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  throw error;
}

interface BodyProps {
  step: Step;
  nothing: string | undefined;
  onRetry: () => void;
}

function Body({ step, nothing, onRetry }: BodyProps) {
  const { plan, applied, problem, hasChanged, awaits, notes = [] } = step;
  if (applied) return <Results applied={applied} notes={notes} />;
  return (
    <>
      {hasChanged === true && (
        <p class="callout tone-warn" role="alert">
          The plan changed. Review the current plan.
        </p>
      )}
      {awaits !== undefined && (
        <p class="callout tone-info" role="status">
          Pending: {awaits}.
        </p>
      )}
      <Notes notes={notes} />
      {problem && <Problems problem={problem} onRetry={onRetry} />}
      {plan ? (
        <PlanView plan={plan} nothing={notes.length > 0 ? "Nothing will be deleted now." : nothing} />
      ) : (
        !problem && <Skeleton lines={5} />
      )}
    </>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="callout tone-info" role="status">
          {note}
        </p>
      ))}
    </>
  );
}

interface FootProps {
  step: Step;
  words: Pick<PlanDialogProps, "confirm" | "confirmEmpty">;
  onConfirm: (plan: Plan) => void;
  onClose: () => void;
}

function Foot({ step, words, onConfirm, onClose }: FootProps) {
  const { isOperator } = useMe();
  const { plan, isBusy, awaits } = step;
  const confirm = confirmOf(step, words);
  if (confirm === undefined)
    return (
      <footer class="dialog-foot">
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </footer>
    );
  return (
    <footer class="dialog-foot">
      {!isOperator && <p class="quiet">Read-only: applying requires the role Mooring.Operator.</p>}
      <Button onClick={onClose}>Cancel</Button>
      <Button
        kind={deletes(plan) ? "danger" : "primary"}
        disabled={!isOperator || isBusy || !plan}
        onClick={() => plan && onConfirm(plan)}
      >
        {isBusy && plan ? (awaits === undefined ? "Applying…" : "Pending…") : confirm}
      </Button>
    </footer>
  );
}

/** `undefined` if there is nothing to apply, the plan was applied, or the API refused it: then only a new plan can be applied. */
function confirmOf(step: Step, words: FootProps["words"]): string | undefined {
  const { plan, applied, problem, notes = [] } = step;
  if (applied || problem) return undefined;
  if (plan?.changes.length !== 0) return words.confirm;
  return notes.length > 0 ? words.confirmEmpty : undefined;
}

function deletes(plan: Plan | undefined): boolean {
  return plan?.changes.some(({ action }) => action === "delete") ?? false;
}

const OUTCOMES: Readonly<Record<Applied["outcome"], readonly [Tone, string]>> = {
  applied: ["good", "applied"],
  observed: ["info", "planned only: this capability is in observe mode"],
  refused: ["warn", "refused"],
  failed: ["error", "failed"],
  left: ["quiet", "skipped: an earlier change was not applied"],
};

function Results({ applied, notes }: { applied: readonly Applied[]; notes: readonly string[] }) {
  return (
    <div role="status">
      <ul class="results">
        {applied.map(({ resourceId, outcome, why, journalId }) => {
          const [tone, meaning] = OUTCOMES[outcome];
          return (
            <li key={resourceId}>
              <Badge tone={tone}>{outcome}</Badge> <strong>{resourceId.split("/").at(-1)}</strong>{" "}
              {why ?? meaning}{" "}
              {journalId !== undefined && (
                <a href={`#/journal/${encodeURIComponent(journalId)}`}>Journal entry</a>
              )}
            </li>
          );
        })}
      </ul>
      {applied.length === 0 && notes.length === 0 && <p>No changes were made.</p>}
      <Notes notes={notes} />
    </div>
  );
}
