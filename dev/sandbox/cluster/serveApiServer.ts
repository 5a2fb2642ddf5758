/** The API server over the network, for clients that are no part of the sandbox: curl in the sender's script, or a person. */
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { ApiServer } from "./apiServer.ts";
import { toStatus, unauthorized } from "./apiStatus.ts";
import { readServices } from "./listServices.ts";

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** `GET /api/v1/services` for the bearer of the server's token; with a certificate over https. */
export async function serveApiServer(
  apiServer: ApiServer,
  { port = 0, ...tls }: { port?: number; key?: string; cert?: string } = {},
): Promise<Served> {
  const respond = getRequestListener((request) => answer(apiServer, request));
  const listener: RequestListener = (incoming, outgoing) => void respond(incoming, outgoing);
  const server: Server = tls.cert ? createServer(tls, listener) : createHttpServer(listener);
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  const scheme = tls.cert ? "https" : "http";
  return {
    url: `${scheme}://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(apiServer: ApiServer, request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  if (request.headers.get("authorization") !== `Bearer ${apiServer.token}`)
    return Response.json(toStatus(unauthorized()), { status: 401 });
  if (request.method === "GET" && pathname === "/api/v1/services")
    return readServices(apiServer, searchParams);
  return new Response("404 page not found\n", { status: 404 });
}
