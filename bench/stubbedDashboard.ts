/** The built dashboard with a stub of the API behind it: what is measured is the page, not the product. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";
import { buildWeb } from "../tools/web.ts";

const PAGES = "/api/dashboard/";
const CALLS = "/api/v1";
const EMPTY_PAGE = "<!doctype html><title>Empty</title><p>Empty";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface Served {
  readonly url: string;
  stop(): void;
}

/** `answers` by path of the API, without the query; anything else is 404. An empty page is at `/empty`. */
export async function serveDashboard(
  directory: string,
  answers: ReadonlyMap<string, unknown>,
): Promise<Served> {
  await buildWeb(directory);
  const bodies = new Map([...answers].map(([path, answer]) => [path, JSON.stringify(answer)]));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/empty") return send(response, ".html", EMPTY_PAGE);
    if (pathname.startsWith(CALLS)) return send(response, ".json", bodies.get(pathname.slice(CALLS.length)));
    return sendFile(response, join(directory, basename(pathname.slice(PAGES.length)) || "index.html"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => void server.close(),
  };
}

function send(response: ServerResponse, extension: string, body: string | Buffer | undefined): void {
  if (body === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extension] ?? "application/json" }).end(body);
}

function sendFile(response: ServerResponse, path: string): void {
  readFile(path).then(
    (content) => send(response, extname(path), content),
    () => response.writeHead(404).end(),
  );
}
