/** Answers within the webhook's deadline. If Mooring fails or takes too long, policy `onUnavailable` decides; warn mode always allows. */
import type { Cluster } from "../declarations/clusterModel.ts";
import { inert } from "../core/inert.ts";
import { InvalidInput, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { lastReadPolicy } from "./cached.ts";
import { within } from "../core/within.ts";
import type { Policy } from "../policy/policy.ts";
import { admissionModeFor, type Place } from "./permitted.ts";
import { refuse } from "./answer.ts";
import { handOver, type Reviewed } from "./decisions.ts";
import { recordRefusal } from "./refusalStore.ts";
import { requestsNothing, type AdmissionResponse, type AdmissionReview } from "./review.ts";
import { messageOf } from "../core/messageOf.ts";

/** The part of the webhook's timeout for the decision; the rest is for the network. */
export const DECISION_SHARE = 0.7;
/** The part in which a process that has not cached the policy may read it. */
const LAST_SHARE = 0.1;

interface Request extends Place {
  readonly uid: string;
}

/** @throws InvalidInput as `decide` does; every other failure becomes an answer by policy `onUnavailable` */
export async function inTime(
  run: Run,
  request: Request,
  timeoutSeconds: number,
  decide: () => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  try {
    return await within(timeoutSeconds * 1000 * DECISION_SHARE, decide(), () => {
      throw new Error("deadline exceeded");
    });
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const { uid } = request;
    run.log.error("admission failed", { uid, why: messageOf(error) });
    return unavailable(uid, error, await onUnavailable(run, request, timeoutSeconds));
  }
}

/** From the policy that was read last, or is read in time: storage may be unavailable. */
async function onUnavailable(run: Run, place: Place, timeoutSeconds: number): Promise<"allow" | "deny"> {
  const policy = await lastPolicyInTime(run, timeoutSeconds);
  return policy && admissionModeFor(policy, place) === "enforce" ? policy.onUnavailable : "allow";
}

/** `undefined` if no policy was read before, or can be read in time. */
function lastPolicyInTime(run: Run, timeoutSeconds: number): Promise<Policy | undefined> {
  const none = () => undefined;
  const reading = lastReadPolicy(run).then(({ policy }) => policy);
  return within<Policy | undefined>(timeoutSeconds * 1000 * LAST_SHARE, reading.catch(none), none);
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

interface Unread extends Pick<Reviewed, "afterwards"> {
  /** What the decision threw. */
  readonly error: unknown;
  readonly review: AdmissionReview;
  readonly cluster: Pick<Cluster, "name">;
  readonly timeoutSeconds: number;
}

/**
 * The response for a Service that cannot be parsed or stored. It is refused in enforce mode, because in most clusters an error would allow
 * it. An update that requests nothing is allowed: a refusal would prevent the removal of finalizers. For a DELETE, policy `onUnavailable`
 * decides.
 * @throws InvalidInput if the review is not about a Service, and all other errors
 */
export async function answerUnread(
  run: Run,
  { error, review: { request }, cluster, timeoutSeconds, afterwards }: Unread,
): Promise<AdmissionResponse> {
  const { uid, kind, operation, namespace, name, dryRun } = request;
  if (!(error instanceof InvalidInput) || kind.kind !== "Service") throw error;
  if (operation === "DELETE") throw new Error(error.message);
  const message = `Mooring cannot check this Service: ${error.message}`;
  if (requestsNothing(request)) return { uid, allowed: true, warnings: [inert(message)] };
  const place = { cluster: cluster.name, namespace };
  const policy = await lastPolicyInTime(run, timeoutSeconds);
  const mode = policy ? admissionModeFor(policy, place) : "enforce";
  const refusal = { ...place, name, operation, mode, reasons: [{ message }] };
  if (!dryRun) await handOver(afterwards, recordRefusal(run, refusal));
  return refuse(uid, { code: 422, message, mode });
}
