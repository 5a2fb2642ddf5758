/** A name server that returns one address for every name: sufficient for a proxy that resolves its target again. */
import { createSocket } from "node:dgram";

export interface NameServer {
  port: number;
  /** What it answers from now on. */
  address: string;
  stop(): void;
}

/** @see RFC 1035 section 4 */
export async function startNameServer(address: string): Promise<NameServer> {
  const socket = createSocket("udp4");
  const server: NameServer = { port: 0, address, stop: () => void socket.close() };
  socket.on("message", (query, { port, address: asker }) =>
    socket.send(answer(query, server.address), port, asker),
  );
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  server.port = socket.address().port;
  return server;
}

const HEADER_BYTES = 12;
const FLAGS_ANSWER = 0x8180;

function answer(query: Buffer, address: string): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5;
  const head = Buffer.from(query.subarray(0, questionEnd));
  head.writeUInt16BE(FLAGS_ANSWER, 2);
  head.writeUInt16BE(1, 6);
  head.fill(0, 8, HEADER_BYTES);
  // A pointer to the queried name, type A, class IN, a TTL of one second, four bytes.
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
  return Buffer.concat([head, record, Buffer.from(address.split(".").map(Number))]);
}
