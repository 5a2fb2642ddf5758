import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("admitService", {
  route: "admit/{cluster}/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: admitService,
});

/** AdmissionReview in, AdmissionReview out; 400, 404, 413 or 415 with a reason for what is none. */
async function admitService(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, { AdmissionReview }, { admit }, { inTime }] = await Promise.all([
    import("./door.ts"),
    import("../shared/gate/review.ts"),
    import("../shared/gate/admit.ts"),
    import("../shared/gate/guarded.ts"),
  ]);
  return door.answer(context, async () => {
    const { run } = await door.openApp(context);
    const cluster = await door.authenticate(run, request);
    const review = door.parse(AdmissionReview, await door.readJson(request, door.REVIEW_BYTES));
    const { uid } = review.request;
    const response = await inTime(run, uid, door.timeoutSeconds(request.query), () =>
      admit(run, cluster, review),
    );
    return { jsonBody: { apiVersion: review.apiVersion, kind: review.kind, response } };
  });
}
