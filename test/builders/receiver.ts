/** A webhook receiver: records requests, and returns the test's responses. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing is ever answered. */
  readonly silent?: boolean;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** For the next requests, in order; then 204. */
  answers: Answer[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const [received, answers]: [Received[], Answer[]] = [[], []];
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    received.push({ headers: request.headers as Record<string, string>, body: await text(request) });
    const { status, headers = {}, silent = false } = answers.shift() ?? { status: 204 };
    if (!silent) response.writeHead(status, headers).end();
  }
}
