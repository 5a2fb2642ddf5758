import { Refused } from "../core/errors.ts";
import { fail, type Look, type Outcome } from "./check.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** What was read of a subscription, or why it was refused: one that may not be read must not hide the others. */
export type OfSubscription<Facts> =
  | { readonly subscription: string; readonly facts: Facts }
  | { readonly subscription: string; readonly refusal: string };

/** @throws whatever is no refusal: then nothing can be said of any */
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

/** A line that fails for each refusal; what the judge says for the rest. Pure. */
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
            'give the identity the role "Mooring reader" there (check rights); a subscription that is no more belongs out of MOORING_SUBSCRIPTIONS',
        }),
  );
}
