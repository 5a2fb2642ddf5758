import { useState } from "preact/hooks";
import { attempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { send } from "../../ui/http.ts";
import { useMe } from "../../ui/me.ts";

/** Starts an audit of all scopes. It reads from Azure and writes nothing there. */
export function RunAudit({ isRunning }: { isRunning: boolean }) {
  const { isOperator } = useMe();
  const [isAsking, setAsking] = useState(false);
  const run = async () => {
    setAsking(true);
    await attempt(() => send("POST", "/audits", { body: {} }), "Audit started.");
    setAsking(false);
  };
  const why = isOperator ? undefined : "Running an audit requires the role Mooring.Operator";
  return (
    <Button
      kind="primary"
      title={why}
      disabled={!isOperator || isAsking || isRunning}
      onClick={() => void run()}
    >
      {isRunning ? "Audit running" : "Run audit"}
    </Button>
  );
}
