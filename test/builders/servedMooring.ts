/** Mooring's webhooks and its declarations route over HTTP, for sandbox clusters of a test: `/CLUSTER/admit|mutate|declarations`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { requireCluster } from "../../shared/declarations/registry.ts";
import { takeReport } from "../../functions/takeReport.ts";
import { admit } from "../../shared/admission/admit.ts";
import { writeAddresses } from "../../shared/admission/mutate.ts";
import { AdmissionReview } from "../../shared/admission/review.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import type { Run } from "../../shared/ports/ports.ts";

/** Without tokens and limits: the use cases behind the routes. */
export function serveMooring(run: Run): Server {
  return createServer((request, response) => {
    void answer(run, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
}

async function answer(run: Run, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://mooring");
  const [, name = "", route] = pathname.split("/");
  const [cluster, body] = [await requireCluster(run, name), await text(request)];
  if (route === "declarations") return receive(run, cluster, { request, response, body });
  const review = AdmissionReview.parse(JSON.parse(body));
  const decide = route === "mutate" ? writeAddresses : admit;
  response.end(JSON.stringify({ ...review, response: await decide(run, cluster, review) }));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

async function receive(
  run: Run,
  cluster: Cluster,
  { request: { headers }, response, body }: Exchange,
): Promise<void> {
  const [sequence, status] = [headers["x-mooring-sequence"], headers["x-mooring-status"]];
  const { policy } = await readPolicy(run);
  const post = {
    body,
    ...(sequence !== undefined && { sequence: String(sequence) }),
    ...(status !== undefined && { status: Number(status) }),
  };
  const received = await takeReport(run, cluster, { post, policy });
  const isTaken = !["refused", "foreign"].includes(received.outcome);
  response.writeHead(isTaken ? 200 : 400, {
    "x-mooring-sequence": received.sequence,
    "x-mooring-query": received.query,
  });
  response.end(JSON.stringify(received));
}
