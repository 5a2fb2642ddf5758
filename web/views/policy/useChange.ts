import { useState } from "preact/hooks";
import type { PolicyChange } from "../../../api/model.ts";
import { ApiProblem, question, send } from "../../ui/http.ts";
import { notify } from "../../ui/notify.tsx";

export interface ChangeState {
  readonly isBusy: boolean;
  readonly problem?: ApiProblem;
  /** What the change would do; `undefined` if there is a problem. */
  readonly plan: (path: string, body: object) => Promise<PolicyChange | undefined>;
  readonly change: (method: "PUT" | "POST", path: string, body: object) => Promise<void>;
}

/** Changes the policy, and reports what came of it. @param onDone called after a change, and if nothing differs */
export function useChange(onDone: () => void): ChangeState {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const plan = (path: string, body: object) =>
    question<PolicyChange>(`${path}?dryRun=true`, body).catch((error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
      return undefined;
    });
  const change = async (method: "PUT" | "POST", path: string, body: object) => {
    setBusy(true);
    try {
      const { version } = await send<PolicyChange>(method, path, { body });
      notify(version === undefined ? "The policy already has these settings." : "The policy was applied.");
      onDone();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, plan, change, ...(problem && { problem }) };
}
