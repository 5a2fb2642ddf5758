import { useState } from "preact/hooks";
import type { Orphan } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { ApiProblem, send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";

const LONGEST_REASON = 500;

/**
 * Holds and releases orphans. Neither changes Azure, so neither has a plan; render `dialog` once and
 * `button` per orphan.
 */
export function useHolding() {
  const { isOperator } = useMe();
  const [holding, setHolding] = useState<Orphan>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const close = () => (setHolding(undefined), setProblem(undefined));
  const act = async (orphan: Orphan, reason?: string) => {
    setBusy(true);
    const failed = await change(orphan, reason);
    setBusy(false);
    setProblem(failed);
    if (!failed) setHolding(undefined);
  };
  return {
    button: (orphan: Orphan) =>
      isOperator && (
        <HoldButton
          orphan={orphan}
          isBusy={isBusy}
          onClick={() => (orphan.hold ? void act(orphan) : setHolding(orphan))}
        />
      ),
    problem: !holding && problem && <Problems problem={problem} />,
    dialog: holding && (
      <ReasonDialog
        title={`Hold ${holding.name}`}
        label="Reason"
        hint="Excluded from deletion until the hold is released; then the grace period starts again."
        most={LONGEST_REASON}
        next="Hold"
        isBusy={isBusy}
        onReason={(reason) => void act(holding, reason)}
        onClose={close}
      >
        <p class="identity">{holding.resourceId}</p>
        {problem && <Problems problem={problem} />}
      </ReasonDialog>
    ),
  };
}

interface HoldButtonProps {
  readonly orphan: Orphan;
  readonly isBusy: boolean;
  readonly onClick: () => void;
}

function HoldButton({ orphan, isBusy, onClick }: HoldButtonProps) {
  const verb = orphan.hold ? "Release" : "Hold";
  return (
    <Button class="button-small" aria-label={`${verb} ${orphan.name}`} disabled={isBusy} onClick={onClick}>
      {verb}
    </Button>
  );
}

/** @returns the problem, if the change failed */
async function change(orphan: Orphan, reason: string | undefined): Promise<ApiProblem | undefined> {
  const path = `/orphans/${encodeURIComponent(orphan.key)}/hold`;
  try {
    if (reason === undefined) await send("DELETE", path);
    else await send("PUT", path, { body: { reason } });
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  notify(reason === undefined ? `${orphan.name} was released` : `${orphan.name} is on hold`);
  return undefined;
}
