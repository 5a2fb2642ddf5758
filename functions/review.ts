/** The way of every AdmissionReview: who asks, what about, an answer in time. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { withCorrelation } from "../shared/core/correlation.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import type { Decision } from "../shared/admission/decisions.ts";
import { inTime } from "../shared/admission/guarded.ts";
import { lastKnownCluster } from "../shared/admission/known.ts";
import { requestsNothing, type AdmissionResponse, type AdmissionReview } from "../shared/admission/review.ts";
import { inert } from "../shared/core/inert.ts";
import type { Run } from "../shared/ports/ports.ts";
import * as door from "./door.ts";
import { withinShare } from "./fairShare.ts";
import { readReview } from "./reviewBody.ts";

export interface Reviewer {
  readonly decide: (run: Run, cluster: Cluster, review: AdmissionReview) => Promise<AdmissionResponse>;
  /** Hears of every answer. */
  readonly told?: (run: Run, decision: Decision) => void;
}

/** The part of the webhook's timeout in which storage may tell who asks; see `guarded.ts` for the rest of it. */
const WHO_SHARE = 0.1;

/** AdmissionReview in, AdmissionReview out; 400, 404, 413 or 415 with a reason for what is none; 429 for too many of one cluster. */
export function answerReview(
  request: HttpRequest,
  context: InvocationContext,
  reviewer: Reviewer,
): Promise<HttpResponseInit> {
  return door.answer(context, async () => {
    const { app, run } = await door.openGate(context);
    const known = app.demandKnown(run);
    // Awaited below; until then the cluster is read.
    known.catch(() => undefined);
    const timeoutSeconds = door.timeoutSeconds(request.query);
    const cluster = await door.authenticate(run, request, (_, name) =>
      lastKnownCluster(run, name, timeoutSeconds * 1000 * WHO_SHARE),
    );
    const share = { kind: "admission", cluster: cluster.name } as const;
    return withinShare(run, share, async () => {
      const { review, problem } = await readReview(request);
      const asked = { cluster, review, known, timeoutSeconds };
      const response = await correlated(
        run,
        asked,
        problem === undefined ? reviewer : unread(reviewer, problem),
      );
      return { jsonBody: { apiVersion: review.apiVersion, kind: review.kind, response } };
    });
  });
}

function correlated(run: Run, asked: Asked, reviewer: Reviewer): Promise<AdmissionResponse> {
  const { cluster, review } = asked;
  const { uid, namespace, name } = review.request;
  const about = { correlationId: uid, what: "review", id: `${cluster.name}/${namespace}/${name}` };
  return withCorrelation(about, () => respond(run, asked, reviewer));
}

interface Asked {
  readonly cluster: Cluster;
  readonly review: AdmissionReview;
  readonly timeoutSeconds: number;
  /** Fails if the stored data are newer than this version: then nothing is decided on them. */
  readonly known: Promise<void>;
}

async function respond(
  run: Run,
  { cluster, review, timeoutSeconds, known }: Asked,
  { decide, told }: Reviewer,
): Promise<AdmissionResponse> {
  const started = performance.now();
  const { uid, operation } = review.request;
  let isDecided = false;
  const response = await inTime(run, uid, timeoutSeconds, async () => {
    await known;
    const decided = await decide(run, cluster, review).catch((error) => refusalOf(error, review));
    isDecided = true;
    return decided;
  });
  const seconds = (performance.now() - started) / 1000;
  told?.(run, { cluster: cluster.name, operation, response, isDecided, seconds });
  return response;
}

/** Nothing is decided about what was not read. */
function unread(reviewer: Reviewer, problem: string): Reviewer {
  return { ...reviewer, decide: () => Promise.reject(new InvalidInput(problem)) };
}

/**
 * The answer for a Service that cannot be read, or that storage cannot keep. It is refused, since an error would let it pass in most clusters.
 * An update that requests nothing passes: a refusal would keep finalizers from being removed. Policy decides about a delete.
 * @throws InvalidInput if the review is about something else, and whatever else went wrong
 */
function refusalOf(error: unknown, { request }: AdmissionReview): AdmissionResponse {
  const { uid, kind, operation } = request;
  if (!(error instanceof InvalidInput) || kind.kind !== "Service") throw error;
  if (operation === "DELETE") throw new Error(error.message);
  const message = inert(`Mooring cannot check this Service: ${error.message}`);
  if (requestsNothing(request)) return { uid, allowed: true, warnings: [message] };
  return { uid, allowed: false, status: { code: 422, message } };
}
