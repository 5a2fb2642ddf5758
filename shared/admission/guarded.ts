/** An answer in time, whatever happens to us: past the deadline or on our own failure, policy decides. */
import { InvalidInput, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { lastKnownPolicy } from "./known.ts";
import { within } from "../core/within.ts";
import type { AdmissionResponse } from "./review.ts";
import { messageOf } from "../core/messageOf.ts";

/** The part of the webhook's timeout that we may use; the rest is the way back. */
const SHARE = 0.7;
/** The part in which a process that has not read the policy yet may still do so. */
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
      throw new Error("deadline passed");
    });
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    run.log.error("admission could not be decided", {
      uid,
      why: messageOf(error),
    });
    return unavailable(uid, error, await onUnavailable(run, timeoutSeconds * 1000 * LAST_SHARE));
  }
}

/** What policy said when it was last read, or says if it can be read in time; storage may be what is away. */
function onUnavailable(run: Run, milliseconds: number): Promise<"allow" | "deny"> {
  const unknown = () => "allow" as const;
  const known = lastKnownPolicy(run).then(({ policy }) => policy.onUnavailable);
  return within(milliseconds, known.catch(unknown), unknown);
}

function unavailable(uid: string, error: unknown, answer: "allow" | "deny"): AdmissionResponse {
  const could =
    error instanceof Refused
      ? "Mooring is older than its data and did not check this Service"
      : "Mooring could not check this Service in time";
  const message = `${could}: subnet and addresses are unchecked`;
  if (answer === "allow") return { uid, allowed: true, warnings: [message] };
  return { uid, allowed: false, status: { code: 503, message: `${message}; try again` } };
}
