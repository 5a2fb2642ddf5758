/** Shared handler for the validating and mutating webhooks: authenticate, parse, decide within the deadline. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { withCorrelation } from "../shared/core/correlation.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import type { Afterwards, Decision } from "../shared/admission/decisions.ts";
import { answerUnread, DECISION_SHARE, inTime } from "../shared/admission/guarded.ts";
import { lastReadCluster } from "../shared/admission/cached.ts";
import type { AdmissionResponse, AdmissionReview } from "../shared/admission/review.ts";
import type { Run } from "../shared/ports/ports.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";
import { within } from "../shared/core/within.ts";
import * as http from "./http.ts";
import { withinShare } from "./fairShare.ts";
import { readReview } from "./reviewBody.ts";

export interface Reviewer {
  readonly decide: (
    run: Run,
    cluster: Cluster,
    review: AdmissionReview,
    options: { readonly afterwards: Afterwards },
  ) => Promise<AdmissionResponse>;
  /** Called with every decision. */
  readonly told?: (run: Run, decision: Decision) => void;
}

/** The part of the webhook's timeout for authentication; see `guarded.ts` for the rest. */
const WHO_SHARE = 0.1;

/** Answers an AdmissionReview; otherwise 400, 404, 413 or 415 with a reason, or 429 for too many requests of one cluster. */
export function answerReview(
  request: HttpRequest,
  context: InvocationContext,
  reviewer: Reviewer,
): Promise<HttpResponseInit> {
  return http.answer(context, async () => {
    const { app, run } = await http.openForAdmission(context);
    const known = app.prepare(run);
    // Awaited after the cluster is read: until then a rejection must not count as unhandled.
    known.catch(() => undefined);
    const timeoutSeconds = http.timeoutSeconds(request.query);
    const cluster = await http.authenticate(run, request, (_, name) =>
      lastReadCluster(run, name, timeoutSeconds * 1000 * WHO_SHARE),
    );
    const share = { kind: "admission", cluster: cluster.name, request } as const;
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
  /** Rejects if the stored data have another schema version: this version must then not decide. */
  readonly known: Promise<void>;
}

async function respond(
  run: Run,
  { cluster, review, timeoutSeconds, known }: Asked,
  { decide, told }: Reviewer,
): Promise<AdmissionResponse> {
  const started = performance.now();
  const { uid, operation, namespace } = review.request;
  let isDecided = false;
  const works: Promise<void>[] = [];
  const afterwards: Afterwards = (work) => works.push(work);
  const asked = { uid, cluster: cluster.name, namespace };
  const response = await inTime(run, asked, timeoutSeconds, async () => {
    await known;
    const decided = await decide(run, cluster, review, { afterwards }).catch((error) =>
      answerUnread(run, { error, review, cluster, timeoutSeconds, afterwards }),
    );
    isDecided = true;
    return decided;
  });
  const seconds = (performance.now() - started) / 1000;
  told?.(run, { cluster: cluster.name, operation, response, isDecided, seconds });
  // A record ends with the time for the decision: the answer does not come later because of it.
  const left = timeoutSeconds * DECISION_SHARE - (performance.now() - started) / 1000;
  await within<unknown>(Math.max(0, left) * 1000, waitForAll(works), () => undefined);
  return response;
}

/** A reviewer that rejects: an unread Service cannot be evaluated. */
function unread(reviewer: Reviewer, problem: string): Reviewer {
  return { ...reviewer, decide: () => Promise.reject(new InvalidInput(problem)) };
}
