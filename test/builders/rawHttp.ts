/** Hand-written HTTP, so that no client corrects, encodes or refuses it; one request per connection. */
import { connect } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

export interface RawAnswer {
  /** 0 if the other side hung up without a word. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface RawOptions {
  readonly port: number;
  readonly tls?: ConnectionOptions;
}

/** Sends the bytes as they are and reads until the other side ends the connection; ask for `connection: close`. */
export function sendRaw({ port, tls }: RawOptions, bytes: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const host = "127.0.0.1";
    const socket = tls ? connectTls({ ...tls, port, host }) : connect({ port, host });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // Reset, or closed with data in transit: the data before it count.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(toAnswer(Buffer.concat(chunks).toString("latin1"))));
    socket.write(bytes);
  });
}

function toAnswer(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  return { status, head: head.toLowerCase(), body: rest.join("\r\n\r\n") };
}

/** A request with its length and `connection: close`. */
export function rawRequest(
  line: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Uint8Array,
): Buffer {
  const bytes = Buffer.from(body ?? "");
  const all = {
    host: "127.0.0.1",
    connection: "close",
    ...(body !== undefined && { "content-length": String(bytes.length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes]);
}
