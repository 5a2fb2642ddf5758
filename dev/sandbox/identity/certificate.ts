/** A local certificate authority and a server certificate of it, kept in a folder and reused while they last. */
import "reflect-metadata";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

export interface Certificates {
  /** PEM of the authority: what clients must trust. */
  ca: string;
  caPath: string;
  key: string;
  cert: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 3600 * 1000;
const VALID_DAYS = 365;
const SPARE_DAYS = 30;

/** @param directory where `ca.pem`, `server.pem` and `server.key` are, or will be */
export async function certificates(directory: string): Promise<Certificates> {
  await mkdir(directory, { recursive: true });
  const caPath = join(directory, "ca.pem");
  const paths = [caPath, join(directory, "server.pem"), join(directory, "server.key")];
  const kept = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
  const [ca = "", cert = "", key = ""] =
    kept.every(Boolean) && lastsLong(kept[1] ?? "") ? kept : await make(paths);
  return { ca, caPath, cert, key };
}

function lastsLong(pem: string): boolean {
  return new X509Certificate(pem).notAfter.getTime() > Date.now() + SPARE_DAYS * DAY;
}

async function make(paths: string[]): Promise<string[]> {
  const authority = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const server = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const validity = {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + VALID_DAYS * DAY),
    signingAlgorithm: ALGORITHM,
  };
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      serialNumber: serial(),
      name: "CN=Mooring sandbox CA",
      keys: authority,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    crypto,
  );
  const leaf = await X509CertificateGenerator.create(
    {
      ...validity,
      serialNumber: serial(),
      subject: "CN=localhost",
      issuer: root.subject,
      signingKey: authority.privateKey,
      publicKey: server.publicKey,
      extensions: leafExtensions(),
    },
    crypto,
  );
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", server.privateKey), "PRIVATE KEY");
  const made = [root.toString("pem"), leaf.toString("pem"), key];
  await Promise.all(made.map((pem, index) => writeFile(paths[index] ?? "", `${pem}\n`, { mode: 0o600 })));
  return made;
}

function leafExtensions() {
  return [
    new BasicConstraintsExtension(false),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
    new SubjectAlternativeNameExtension([
      { type: "dns", value: "localhost" },
      { type: "ip", value: "127.0.0.1" },
      { type: "ip", value: "::1" },
    ]),
  ];
}

function serial(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString("hex");
}
