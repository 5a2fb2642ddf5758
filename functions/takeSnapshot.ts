import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("takeSnapshot", {
  route: "clusters/{cluster}/snapshot/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: takeSnapshot,
});

/** `kubectl get services --all-namespaces -o json` in, what changed out. */
async function takeSnapshot(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, snapshots] = await Promise.all([import("./door.ts"), import("../shared/intents/snapshot.ts")]);
  return door.answer(context, async () => {
    const { run } = await door.openApp(context);
    const cluster = await door.authenticate(run, request);
    const report = await snapshots.takeSnapshot(
      run,
      cluster.name,
      await door.readJson(request, door.SNAPSHOT_BYTES),
    );
    run.log.info("snapshot taken", { cluster: cluster.name, services: report.services });
    return { jsonBody: report };
  });
}
