/**
 * The built dashboard with an API that returns a test's responses: for states that a real app is hard to bring into, and for lists as
 * long as one likes. Under the app's own content security policy.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { POLICY } from "../../api/dashboard.ts";
import { etagOf } from "../../api/etag.ts";
import type { Me } from "../../api/model.ts";
import { buildWeb } from "../../dev/tools/web.ts";

/** By method and path without `/api/v1`, e.g. `GET /pls`; a function sees the path with its query. Absent: 404. */
export type Answers = Record<string, unknown>;

export interface StubbedDashboard {
  readonly url: string;
  /** May be changed while it runs. */
  readonly answers: Answers;
  close(): Promise<void>;
}

export const OPERATOR: Me = {
  name: "Ada Operator",
  roles: ["Mooring.Reader", "Mooring.Operator"],
  isSandbox: true,
  version: "0",
};

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** @param directory where the dashboard is built to */
export async function stubbedDashboard(directory: string, given: Answers): Promise<StubbedDashboard> {
  await buildWeb(directory);
  const answers: Answers = { "GET /me": OPERATOR, ...given };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://stub");
    const { status, type, body } = await answer(`${request.method} ${pathname}`, search);
    const etag = etagOf(body);
    const isKnown = request.method === "GET" && request.headers["if-none-match"] === etag;
    const headers = { "content-type": type, "content-security-policy": POLICY, etag };
    response.writeHead(isKnown ? 304 : status, headers);
    response.end(isKnown ? undefined : body);
  };
  const server = createServer((request, response) => void respond(request, response));
  const answer = async (asked: string, search: string) => {
    const file = /^GET \/api\/dashboard\/([\w.-]*)$/.exec(asked);
    if (file) return fileAnswer(directory, file[1] || "index.html");
    const found = answers[asked.replace("/api/v1", "")];
    const data: unknown = typeof found === "function" ? await found(search) : found;
    if (data === undefined)
      return json(404, { type: "", title: "There is no such thing", status: 404, problems: [] });
    return json(200, data);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/dashboard/`,
    answers,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

function json(status: number, data: unknown) {
  return { status, type: "application/json", body: JSON.stringify(data) };
}

async function fileAnswer(directory: string, name: string) {
  const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
  return { status: 200, type, body: await readFile(join(directory, name)) };
}
