/** The way of every AdmissionReview: who asks, what about, an answer in time. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { Cluster } from "../shared/clusters/model.ts";
import { inTime } from "../shared/gate/guarded.ts";
import { AdmissionReview, type AdmissionResponse } from "../shared/gate/review.ts";
import type { Run } from "../shared/ports.ts";
import * as door from "./door.ts";

type Decide = (run: Run, cluster: Cluster, review: AdmissionReview) => Promise<AdmissionResponse>;

/** AdmissionReview in, AdmissionReview out; 400, 404, 413 or 415 with a reason for what is none. */
export function answerReview(
  request: HttpRequest,
  context: InvocationContext,
  decide: Decide,
): Promise<HttpResponseInit> {
  return door.answer(context, async () => {
    const { run } = await door.openApp(context);
    const cluster = await door.authenticate(run, request);
    const review = door.parse(AdmissionReview, await door.readJson(request, door.REVIEW_BYTES));
    const response = await inTime(run, review.request.uid, door.timeoutSeconds(request.query), () =>
      decide(run, cluster, review),
    );
    return { jsonBody: { apiVersion: review.apiVersion, kind: review.kind, response } };
  });
}
