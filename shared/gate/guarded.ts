/** An answer in time, whatever happens to us: past the deadline or on our own failure, policy decides. */
import { InvalidInput, Refused } from "../errors.ts";
import type { Run } from "../ports.ts";
import { knownPolicy } from "./known.ts";
import type { AdmissionResponse } from "./review.ts";

/** The part of the webhook's timeout that we may use; the rest is the way back. */
const SHARE = 0.7;

/** @throws InvalidInput as `decide` does; every other failure becomes an answer by policy `onUnavailable` */
export async function inTime(
  run: Run,
  uid: string,
  timeoutSeconds: number,
  decide: () => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("deadline passed")), timeoutSeconds * 1000 * SHARE);
  try {
    return await Promise.race([decide(), late.promise]);
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    run.log.error("admission could not be decided", {
      uid,
      why: error instanceof Error ? error.message : String(error),
    });
    return unavailable(uid, error, await onUnavailable(run));
  } finally {
    clearTimeout(timer);
  }
}

/** What policy says, if it is known or can be read at once; storage may be what is away. */
async function onUnavailable(run: Run): Promise<"allow" | "deny"> {
  const unknown = new Promise<"allow">((resolve) => setImmediate(resolve, "allow"));
  const known = knownPolicy(run).then(({ policy }) => policy.onUnavailable);
  return Promise.race([known.catch(() => "allow" as const), unknown]);
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
