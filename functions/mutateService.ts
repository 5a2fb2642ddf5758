import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("mutateService", {
  route: "mutate/{cluster}/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: mutateService,
});

async function mutateService(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [{ answerReview }, { writeAddresses }] = await Promise.all([
    import("./review.ts"),
    import("../shared/admission/mutate.ts"),
  ]);
  return answerReview(request, context, { decide: writeAddresses });
}
