import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Answer, Post } from "../shared/declarations/step.ts";

app.http("declarations", {
  route: "clusters/{cluster}/declarations/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: declarations,
});

/** Receives the API server's response to the query that Mooring requested; returns the outcome and the next query. */
async function declarations(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [http, { withinShare }] = await Promise.all([import("./http.ts"), import("./fairShare.ts")]);
  return http.answer(context, async () => {
    const { run } = await http.openApp(context);
    const cluster = await http.authenticate(run, request);
    const share = { kind: "declarations", cluster: cluster.name, request } as const;
    return withinShare(run, share, () => receive(run, cluster, request));
  });
}

async function receive(run: Run, cluster: Cluster, request: HttpRequest): Promise<HttpResponseInit> {
  const [http, { takeReport }, { readProbe }, { cachedPolicy }] = await Promise.all([
    import("./http.ts"),
    import("./takeReport.ts"),
    import("../shared/declarations/webhookProbe.ts"),
    import("../shared/admission/cached.ts"),
  ]);
  http.mediaType(request, ["application/json"]);
  const webhook = readProbe(request.headers, run.now().toISOString());
  const { isTooLarge, ...read } = await readPost(request, http);
  const { policy } = await cachedPolicy(run);
  const post = { ...read, ...(webhook && { webhook }) };
  const answer = await takeReport(run, cluster, { post, policy });
  logTaken(run, cluster, answer);
  return toResponse(answer, isTooLarge ? TOO_LARGE : (STATUS[answer.outcome] ?? 200));
}

type Taken = Pick<Answer, "outcome" | "problems" | "report">;

function logTaken(run: Run, { name }: Cluster, { outcome, problems, report }: Taken): void {
  if (QUIET.has(outcome)) return;
  run.log.info("declarations received", { cluster: name, outcome, ...(problems && { problems }), ...report });
}

/** Outcomes that are too frequent to log: every few seconds, or for every page. */
const QUIET = new Set<Answer["outcome"]>(["window taken", "page staged"]);

const TOO_LARGE = 413;

/** A body over the limit is answered with the query for a smaller page. @throws HttpProblem 400 if it is not UTF-8 */
async function readPost(
  request: HttpRequest,
  http: typeof import("./http.ts"),
): Promise<Post & { readonly isTooLarge: boolean }> {
  const { headers } = request;
  const sequence = headers.get("x-mooring-sequence") ?? undefined;
  const status = headers.get("x-mooring-status");
  const read = await http.readWhole(request, http.DECLARATIONS_BYTES);
  return {
    ...(sequence !== undefined && { sequence }),
    ...(status !== null && { status: read.isTooLarge ? TOO_LARGE : Number(status) || 0 }),
    body: read.text,
    isTooLarge: read.isTooLarge,
  };
}

const STATUS: Readonly<Partial<Record<Answer["outcome"], number>>> = { refused: 400, foreign: 409 };

function toResponse(
  { sequence, query, retryAfterSeconds, ...answer }: Answer,
  status: number,
): HttpResponseInit {
  return {
    status,
    headers: {
      "x-mooring-sequence": sequence,
      "x-mooring-query": query,
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    },
    jsonBody: answer,
  };
}
