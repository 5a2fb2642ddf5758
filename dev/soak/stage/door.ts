/**
 * The platform's front end: one address for all hosts. Hands each request to one of those that are up; what a host does not live to
 * answer is a bad gateway for the caller.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Random } from "../random.ts";
import type { Host } from "./host.ts";

const DROPPED = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "expect",
]);

export interface Door {
  readonly url: string;
  /** Answers by status. */
  readonly answers: Map<number, number>;
  close(): Promise<void>;
}

/** As the host refuses larger bodies: by their length, before it reads them. */
const MAX_BODY_BYTES = 12_582_912;

/** @param hosts all there are, up or not */
export async function openDoor(hosts: readonly Host[], random: Random): Promise<Door> {
  const answers = new Map<number, number>();
  const server = createServer((incoming, outgoing) => {
    void pass(hosts, random, incoming)
      .catch(() => new Response(null, { status: 502 }))
      .then((response) => {
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        return send(response, outgoing);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(hosts: readonly Host[], random: Random, incoming: IncomingMessage): Promise<Response> {
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
    incoming.resume();
    return new Response(null, { status: 413 });
  }
  const body = await buffer(incoming);
  const target = random.pick(hosts.filter(({ url }) => url !== undefined));
  if (target?.url === undefined) return new Response(null, { status: 503 });
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    DROPPED.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  return fetch(`${target.url}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: [...headers, ["accept-encoding", "identity"]],
    ...(hasBody && { body }),
    redirect: "manual",
  });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  try {
    const body = Buffer.from(await response.arrayBuffer());
    const headers = [...response.headers].filter(([name]) => !DROPPED.has(name));
    outgoing.writeHead(response.status, Object.fromEntries(headers)).end(body);
  } catch {
    outgoing.destroy();
  }
}
