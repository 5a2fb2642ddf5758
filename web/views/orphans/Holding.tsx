import { useState } from "preact/hooks";
import type { Hold, Orphan } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { ApiProblem, send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";
import { notify } from "../../ui/notify.tsx";
import { Problems } from "../../ui/Problems.tsx";
import { ReasonDialog } from "../../ui/ReasonDialog.tsx";

const LONGEST_REASON = 500;

/** A resource that can be held, and its hold. */
export type Holdable = Pick<Hold, "key" | "resourceId" | "name"> & Pick<Orphan, "hold">;

/**
 * Holds and releases resources. Neither changes Azure, so neither has a plan; render `dialog` once and
 * `button` per resource.
 */
export function useHolding() {
  const { isOperator } = useMe();
  const [holding, setHolding] = useState<Holdable>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const close = () => (setHolding(undefined), setProblem(undefined));
  const act = async (resource: Holdable, reason?: string) => {
    setBusy(true);
    const failed = await change(resource, reason);
    setBusy(false);
    setProblem(failed);
    if (!failed) setHolding(undefined);
  };
  return {
    button: (resource: Holdable) =>
      isOperator && (
        <HoldButton
          resource={resource}
          isBusy={isBusy}
          onClick={() => (resource.hold ? void act(resource) : setHolding(resource))}
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
  readonly resource: Holdable;
  readonly isBusy: boolean;
  readonly onClick: () => void;
}

function HoldButton({ resource, isBusy, onClick }: HoldButtonProps) {
  const verb = resource.hold ? "Release" : "Hold";
  return (
    <Button class="button-small" aria-label={`${verb} ${resource.name}`} disabled={isBusy} onClick={onClick}>
      {verb}
    </Button>
  );
}

/** @returns the problem, if the change failed */
async function change({ key, name }: Holdable, reason: string | undefined): Promise<ApiProblem | undefined> {
  const path = `/holds/${encodeURIComponent(key)}`;
  try {
    if (reason === undefined) await send("DELETE", path);
    else await send("PUT", path, { body: { reason } });
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  notify(reason === undefined ? `${name} was released` : `${name} is on hold`);
  return undefined;
}
