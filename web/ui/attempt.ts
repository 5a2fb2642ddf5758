import { ApiProblem } from "./http.ts";
import { notify } from "./notify.tsx";

/** Runs an action and notifies the user of the result; returns whether it succeeded. */
export async function attempt(action: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await action();
    notify(done, "good");
    return true;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    notify(whyNot(error), "error");
    return false;
  }
}

function whyNot({ status, message, problems }: ApiProblem): string {
  if (status === 412) return "Changed since it was loaded. Review the current state and try again.";
  return problems.length > 0 ? problems.join(" ") : message;
}
