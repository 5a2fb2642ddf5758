/** Adapter: `Outside` on fetch and TLS. Sends no credentials, follows no redirects, and limits the response size. */
import { connect, type PeerCertificate } from "node:tls";
import type { Answered, Certificate, Outside } from "../ports/installation.ts";
import { messageOf } from "../core/messageOf.ts";

const MOST_CHARACTERS = 10_000;
const HTTPS_PORT = 443;

export const outside: Outside = { ask, certificate };

async function ask(url: string, signal: AbortSignal): Promise<Answered> {
  const response = await fetch(url, { redirect: "manual", signal }).catch((error: unknown) => {
    throw new Error(`${new URL(url).origin} is unreachable: ${reasonOf(error)}`);
  });
  const date = response.headers.get("date");
  const text = await start(response);
  return { status: response.status, text, ...(date !== null && { dateUtc: new Date(date).toISOString() }) };
}

/** Reads only the start of an endless response. */
async function start({ body }: Response): Promise<string> {
  if (!body) return "";
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length >= MOST_CHARACTERS) break;
  }
  return text.slice(0, MOST_CHARACTERS);
}

/** Reads the certificate with a TLS handshake. An untrusted one is returned, not refused, because its expiry matters, too. */
function certificate(url: string, signal: AbortSignal): Promise<Certificate> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port || HTTPS_PORT),
      servername: /^[\d.]+$|^\[/.test(hostname) ? "" : hostname,
      rejectUnauthorized: false,
    });
    const stop = () => void socket.destroy(new Error("timeout"));
    signal.addEventListener("abort", stop, { once: true });
    socket.once("error", (error: Error) =>
      reject(new Error(`${new URL(url).origin} is unreachable: ${reasonOf(error)}`)),
    );
    socket.once("secureConnect", () => {
      signal.removeEventListener("abort", stop);
      resolve(toCertificate(socket.getPeerCertificate(), socket.authorizationError));
      socket.destroy();
    });
  });
}

function toCertificate({ valid_to: end }: PeerCertificate, problem: Error | string | null): Certificate {
  const endsAtUtc = new Date(end).toISOString();
  if (problem === null) return { endsAtUtc };
  return { endsAtUtc, problem: messageOf(problem) };
}

function reasonOf(error: unknown): string {
  const { name, code, cause } = error as {
    name?: string;
    code?: string;
    cause?: { code?: string; message?: string };
  };
  return cause?.code ?? code ?? cause?.message ?? name ?? messageOf(error);
}
