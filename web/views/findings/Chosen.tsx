import { useState } from "preact/hooks";
import type { Finding } from "../../../api/model.ts";
import { Button } from "../../ui/Button.tsx";
import { useMe } from "../../ui/me.ts";
import { count } from "../../ui/words.ts";
import { Acknowledge } from "./Acknowledge.tsx";

/** Actions for all selected findings. */
export function Chosen({ findings, onDone }: { findings: readonly Finding[]; onDone: () => void }) {
  const { isOperator } = useMe();
  const [isAsking, setAsking] = useState(false);
  const open = findings.filter(({ state }) => state === "open" || state === "suspected");
  if (findings.length === 0) return null;
  return (
    <div class="chosen" role="group" aria-label="Selected findings">
      <strong>{count(findings.length, "finding")} selected</strong>
      <Button disabled={!isOperator || open.length === 0} onClick={() => setAsking(true)}>
        Acknowledge {open.length}…
      </Button>
      <Button kind="quiet" onClick={onDone}>
        Clear selection
      </Button>
      {isAsking && <Acknowledge findings={open} onClose={() => setAsking(false)} onDone={onDone} />}
    </div>
  );
}
