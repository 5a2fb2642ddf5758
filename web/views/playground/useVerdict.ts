import { useEffect, useState } from "preact/hooks";
import type { Verdict } from "../../../api/model.ts";
import { ApiProblem, question } from "../../ui/http.ts";
import { useDelayed } from "../../ui/useDelayed.ts";

const REST_MILLISECONDS = 250;

export interface VerdictState {
  /** The verdict on the last valid text. */
  readonly verdict?: Verdict;
  /** The problem of the current text. */
  readonly problem?: ApiProblem;
  /** The verdict belongs to an older text. */
  readonly isChecking: boolean;
}

interface Answered {
  readonly text: string;
  readonly verdict?: Verdict;
  readonly problem?: ApiProblem;
}

/** The verdict on the text, requested after a typing pause; a newer request aborts an older one. */
export function useVerdict(cluster: string, text: string | undefined): VerdictState {
  const [answered, setAnswered] = useState<Answered>();
  const rested = useDelayed(text, REST_MILLISECONDS);
  useEffect(() => {
    if (rested === undefined || rested.trim() === "") return undefined;
    const ending = new AbortController();
    ask(cluster, rested, ending.signal).then(
      (answer) => !ending.signal.aborted && setAnswered((before) => ({ ...keptVerdict(before), ...answer })),
      () => undefined,
    );
    return () => ending.abort();
  }, [cluster, rested]);
  return {
    isChecking: answered?.text !== text,
    ...(answered?.verdict && { verdict: answered.verdict }),
    ...(answered?.problem && { problem: answered.problem }),
  };
}

/** Keeps the last verdict visible while the text is invalid. */
function keptVerdict(before: Answered | undefined): Pick<Answered, "verdict"> {
  return before?.verdict ? { verdict: before.verdict } : {};
}

/** @throws only the abort reason of the signal */
async function ask(cluster: string, text: string, signal: AbortSignal): Promise<Answered> {
  try {
    return { text, verdict: await question<Verdict>("/check", { cluster, manifest: text }, signal) };
  } catch (error) {
    if (error instanceof ApiProblem) return { text, problem: error };
    throw error;
  }
}
