/** Answers within the webhook's deadline. If Mooring fails or takes too long, policy `onUnavailable` decides. */
import { InvalidInput, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { lastReadPolicy } from "./cached.ts";
import { within } from "../core/within.ts";
import type { AdmissionResponse } from "./review.ts";
import { messageOf } from "../core/messageOf.ts";

/** The part of the webhook's timeout for the decision; the rest is for the network. */
const SHARE = 0.7;
/** The part in which a process that has not cached the policy may read it. */
const LAST_SHARE = 0.1;

/** @throws InvalidInput as `decide` does; every other failure becomes an answer by policy `onUnavailable` */
export async function inTime(
  run: Run,
  uid: string,
  timeoutSeconds: number,
  decide: () => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  try {
    return await within(timeoutSeconds * 1000 * SHARE, decide(), () => {
      throw new Error("deadline exceeded");
    });
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    run.log.error("admission failed", {
      uid,
      why: messageOf(error),
    });
    return unavailable(uid, error, await onUnavailable(run, timeoutSeconds * 1000 * LAST_SHARE));
  }
}

/** From the policy that was read last, or is read in time: storage may be unavailable. */
function onUnavailable(run: Run, milliseconds: number): Promise<"allow" | "deny"> {
  const unknown = () => "allow" as const;
  const known = lastReadPolicy(run).then(({ policy }) => policy.onUnavailable);
  return within(milliseconds, known.catch(unknown), unknown);
}

function unavailable(uid: string, error: unknown, answer: "allow" | "deny"): AdmissionResponse {
  const could =
    error instanceof Refused
      ? "Mooring did not check this Service, because this version of Mooring does not support the schema version of the stored data"
      : "Mooring could not check this Service in time";
  const message = `${could}: subnet and addresses are not validated`;
  if (answer === "allow") return { uid, allowed: true, warnings: [message] };
  return { uid, allowed: false, status: { code: 503, message: `${message}; try again` } };
}
