import { ApiProblem } from "./http.ts";
import { notify } from "./notify.tsx";

/** Does it and says so, or says why not; gives whether it was done. */
export async function attempt(deed: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await deed();
    notify(done, "good");
    return true;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    notify(whyNot(error), "error");
    return false;
  }
}

function whyNot({ status, message, problems }: ApiProblem): string {
  if (status === 412) return "It changed since this was shown. Look at it as it is now, then decide again.";
  return problems.length > 0 ? problems.join(" ") : message;
}
