/** TLS in front of a plain server, as Azure's front end stands before a Function App. Remembers the heads of requests. */
import { connect, type AddressInfo } from "node:net";
import { createServer } from "node:tls";
import type { Certificates } from "../../dev/sandbox/identity/certificate.ts";

export interface Tunnel {
  port: number;
  /** Request line and headers, as they came. */
  heads: string[];
  /** Open now. */
  readonly connections: number;
  stop(): Promise<void>;
}

export interface TunnelOptions {
  to: number;
  port?: number;
  /** Loopback address to listen on. */
  at?: string;
}

export async function startTunnel(
  { key, cert }: Pick<Certificates, "key" | "cert">,
  { to, port = 0, at = "127.0.0.1" }: TunnelOptions,
): Promise<Tunnel> {
  const heads: string[] = [];
  const open = new Set<{ destroy(): void }>();
  const server = createServer({ key, cert }, (client) => {
    const target = connect(to, "127.0.0.1");
    for (const socket of [client, target]) {
      open.add(socket);
      socket.on("error", () => [client, target].forEach((one) => one.destroy()));
      socket.on("close", () => open.delete(socket));
    }
    client.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      if (/^[A-Z]+ \//.test(text)) heads.push(text.slice(0, text.indexOf("\r\n\r\n")));
    });
    client.pipe(target).pipe(client);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, at, resolve));
  return {
    get connections() {
      return open.size / 2;
    },
    port: (server.address() as AddressInfo).port,
    heads,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
