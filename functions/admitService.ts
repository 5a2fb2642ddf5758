import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("admitService", {
  route: "admit/{cluster}/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: admitService,
});

async function admitService(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [{ answerReview }, { admit }, { recordDecision }] = await Promise.all([
    import("./review.ts"),
    import("../shared/admission/admit.ts"),
    import("../shared/admission/decisions.ts"),
  ]);
  return answerReview(request, context, { decide: admit, told: recordDecision });
}
