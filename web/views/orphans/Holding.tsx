import { useState } from "preact/hooks";
import type { Orphan } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { ApiProblem, send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";

const LONGEST_REASON = 500;

/** Holding and releasing. Neither touches Azure, so neither has a plan; `dialog` is to be drawn once, `button` per orphan. */
export function useHolding() {
  const { isOperator } = useMe();
  const [asking, setAsking] = useState<Orphan>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const close = () => (setAsking(undefined), setProblem(undefined));
  const act = async (orphan: Orphan, reason?: string) => {
    setBusy(true);
    const failed = await change(orphan, reason);
    setBusy(false);
    setProblem(failed);
    if (!failed) setAsking(undefined);
  };
  return {
    button: (orphan: Orphan) =>
      isOperator && (
        <HoldButton
          orphan={orphan}
          isBusy={isBusy}
          onClick={() => (orphan.hold ? void act(orphan) : setAsking(orphan))}
        />
      ),
    problem: !asking && problem && <Problems problem={problem} />,
    dialog: asking && (
      <ReasonDialog
        title={`Hold ${asking.name}`}
        label="Why"
        hint="Nothing is done to it until the hold is taken back; then its grace begins anew."
        most={LONGEST_REASON}
        next="Hold"
        isBusy={isBusy}
        onReason={(reason) => void act(asking, reason)}
        onClose={close}
      >
        <p class="identity">{asking.resourceId}</p>
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

/** @returns what went wrong, if something did */
async function change(orphan: Orphan, reason: string | undefined): Promise<ApiProblem | undefined> {
  const path = `/orphans/${encodeURIComponent(orphan.key)}/hold`;
  try {
    if (reason === undefined) await send("DELETE", path);
    else await send("PUT", path, { body: { reason } });
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  notify(reason === undefined ? `${orphan.name} is released` : `${orphan.name} is held`);
  return undefined;
}
