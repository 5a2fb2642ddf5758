import { useEffect, useState } from "preact/hooks";
import type { Verdict } from "../../../api/model.ts";
import { ApiProblem, question } from "../../ui/http.ts";
import { useDelayed } from "../../ui/useDelayed.ts";

const REST_MILLISECONDS = 250;

export interface VerdictState {
  /** Of the last text that could be read. */
  readonly verdict?: Verdict;
  /** Why the present text could not be. */
  readonly problem?: ApiProblem;
  /** The answer is of an older text. */
  readonly isAsking: boolean;
}

interface Answered {
  readonly text: string;
  readonly verdict?: Verdict;
  readonly problem?: ApiProblem;
}

/** What the gate says of the text once the typing rests; an older question is given up for a newer one. */
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
    isAsking: answered?.text !== text,
    ...(answered?.verdict && { verdict: answered.verdict }),
    ...(answered?.problem && { problem: answered.problem }),
  };
}

/** The last verdict stays in sight while the text cannot be read. */
function keptVerdict(before: Answered | undefined): Pick<Answered, "verdict"> {
  return before?.verdict ? { verdict: before.verdict } : {};
}

/** @throws the signal's reason only */
async function ask(cluster: string, text: string, signal: AbortSignal): Promise<Answered> {
  try {
    return { text, verdict: await question<Verdict>("/check", { cluster, manifest: text }, signal) };
  } catch (error) {
    if (error instanceof ApiProblem) return { text, problem: error };
    throw error;
  }
}
