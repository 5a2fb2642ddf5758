/** Between the hosts and Table storage: hands requests on, or answers a share of them as a busy storage account does. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../random.ts";

const BUSY = JSON.stringify({
  "odata.error": { code: "ServerBusy", message: { lang: "en-US", value: "The server is busy." } },
});
const TABLE_ENDPOINT = /TableEndpoint=http:\/\/127\.0\.0\.1:(\d+)/;

export interface Throttle {
  /** The same storage, with its tables behind this. */
  readonly connectionString: string;
  /** Share of requests that are answered with 503. */
  share: number;
  readonly refused: number;
  close(): Promise<void>;
}

/** @param connectionString of storage that keeps its ports when it starts again */
export async function openThrottle(connectionString: string, random: Random): Promise<Throttle> {
  const port = Number(TABLE_ENDPOINT.exec(connectionString)?.[1]);
  const agent = new Agent({ keepAlive: true });
  const state = { share: 0, refused: 0 };
  const server = createServer((incoming, outgoing) => {
    if (!random.chance(state.share)) return pass(incoming, outgoing, { port, agent });
    state.refused += 1;
    incoming.resume();
    return void outgoing.writeHead(503, { "content-type": "application/json" }).end(BUSY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;
  const endpoint = `TableEndpoint=http://127.0.0.1:${own}`;
  return Object.assign(state, {
    connectionString: connectionString.replace(TABLE_ENDPOINT, endpoint),
    close: () =>
      new Promise<void>((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** A storage that is down breaks the connection, as it does without a proxy. */
function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, agent }: { readonly port: number; readonly agent: Agent },
): void {
  const { method, url, headers } = incoming;
  const forwarded = request({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  forwarded.on("error", () => outgoing.destroy());
  outgoing.on("close", () => forwarded.destroy());
  incoming.pipe(forwarded);
}
