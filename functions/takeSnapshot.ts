import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("takeSnapshot", {
  route: "clusters/{cluster}/snapshot/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: takeSnapshot,
});

const FORMS = { "application/json": "list", "application/x-ndjson": "lines" } as const;

/** `kubectl get services --all-namespaces -o json` in, or its items as JSON lines; what changed out. */
async function takeSnapshot(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, snapshots, { readServices }, { readProbe }] = await Promise.all([
    import("./door.ts"),
    import("../shared/intents/snapshot.ts"),
    import("../shared/intents/readServices.ts"),
    import("../shared/intents/webhookProbe.ts"),
  ]);
  return door.answer(context, async () => {
    const { run } = await door.openApp(context);
    const cluster = await door.authenticate(run, request);
    const form = FORMS[door.mediaType(request, ["application/json", "application/x-ndjson"])];
    const services = await readServices(door.readText(request, door.SNAPSHOT_BYTES), form);
    const report = await snapshots.takeSnapshot(run, cluster.name, services, readProbe(request.headers));
    run.log.info("snapshot taken", { cluster: cluster.name, ...report });
    return { jsonBody: report };
  });
}
