import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import type { Cluster } from "../shared/clusters/model.ts";
import type { Run } from "../shared/ports.ts";
import type { Answer, Post } from "../shared/declarations/step.ts";

app.http("declarations", {
  route: "clusters/{cluster}/declarations/{token?}",
  methods: ["POST"],
  authLevel: "anonymous", // the cluster's token is the credential
  handler: declarations,
});

/** The API server's answer to the query that Mooring named in; what was taken of it, and the next query, out. */
async function declarations(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, { withinShare }] = await Promise.all([import("./door.ts"), import("./fairShare.ts")]);
  return door.answer(context, async () => {
    const { run } = await door.openApp(context);
    const cluster = await door.authenticate(run, request);
    const share = { kind: "declarations", cluster: cluster.name } as const;
    return withinShare(run, share, () => receive(run, cluster, request));
  });
}

async function receive(run: Run, cluster: Cluster, request: HttpRequest): Promise<HttpResponseInit> {
  const [door, { takeReport }, { readProbe }, { knownPolicy }] = await Promise.all([
    import("./door.ts"),
    import("./takeReport.ts"),
    import("../shared/declarations/webhookProbe.ts"),
    import("../shared/gate/known.ts"),
  ]);
  door.mediaType(request, ["application/json"]);
  const webhook = readProbe(request.headers, run.now().toISOString());
  const { isTooLarge, ...read } = await readPost(request, door);
  const { policy } = await knownPolicy(run);
  const post = { ...read, ...(webhook && { webhook }) };
  const answer = await takeReport(run, cluster, { post, policy });
  logTaken(run, cluster, answer);
  return toResponse(answer, isTooLarge ? TOO_LARGE : (STATUS[answer.outcome] ?? 200));
}

type Taken = Pick<Answer, "outcome" | "problems" | "report">;

function logTaken(run: Run, { name }: Cluster, { outcome, problems, report }: Taken): void {
  if (QUIET.has(outcome)) return;
  run.log.info("declarations taken", { cluster: name, outcome, ...(problems && { problems }), ...report });
}

/** What happens every few seconds, or for every page. */
const QUIET = new Set<Answer["outcome"]>(["window taken", "page staged"]);

const TOO_LARGE = 413;

/** A body over the limit becomes the answer that asks for a smaller page. @throws HttpProblem 400 if it is not UTF-8 */
async function readPost(
  request: HttpRequest,
  door: typeof import("./door.ts"),
): Promise<Post & { readonly isTooLarge: boolean }> {
  const { headers } = request;
  const sequence = headers.get("x-mooring-sequence") ?? undefined;
  const status = headers.get("x-mooring-status");
  const read = await door.readWhole(request, door.DECLARATIONS_BYTES);
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
