import { Refused } from "../core/errors.ts";
import { fail, type Look, type Outcome } from "./check.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** Facts of a subscription, or why Azure refused to return them: one unreadable subscription must not hide the others. */
export type OfSubscription<Facts> =
  | { readonly subscription: string; readonly facts: Facts }
  | { readonly subscription: string; readonly refusal: string };

/** @throws every error except a refusal */
export function perSubscription<Facts>(
  { run }: Pick<Look, "run">,
  read: (subscription: string) => Promise<Facts>,
): Promise<OfSubscription<Facts>[]> {
  return waitForAll(
    run.ports.subscriptions.map(async (subscription) => {
      try {
        return { subscription, facts: await read(subscription) };
      } catch (error) {
        if (error instanceof Refused) return { subscription, refusal: error.message };
        throw error;
      }
    }),
  );
}

/** A failed line for each refusal, and the evaluation of the others. Pure. */
export function judgeEach<Facts>(
  all: readonly OfSubscription<Facts>[],
  judge: (subscription: string, facts: Facts) => Outcome | readonly Outcome[],
): Outcome[] {
  return all.flatMap((one) =>
    "facts" in one
      ? judge(one.subscription, one.facts)
      : fail({
          about: one.subscription,
          message: one.refusal,
          advice:
            'assign the role "Mooring reader" to the identity in this subscription (check rights); remove a deleted subscription from MOORING_SUBSCRIPTIONS',
        }),
  );
}
