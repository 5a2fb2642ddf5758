/** Creates a certificate for the relay and its own CA, for clusters without cert-manager. The private key of the CA is discarded. */
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { waitForAll } from "../../shared/core/waitForAll.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 3_600_000;
const VALID_DAYS = 730;

export interface CertificatePair {
  /** PEM of the CA that the API server must trust. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  readonly endsAtUtc: string;
}

/** @param names DNS names of the relay */
export async function makeCertificate(names: readonly string[], now: Date): Promise<CertificatePair> {
  const keys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [authorityKeys, relayKeys] = await waitForAll([keys(), keys()]);
  const notAfter = new Date(now.getTime() + VALID_DAYS * DAY);
  // Valid since yesterday: clocks may differ.
  const validity = { notBefore: new Date(now.getTime() - DAY), notAfter, signingAlgorithm: ALGORITHM };
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=mooring-authority",
    keys: authorityKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    subject: `CN=${names[0]}`,
    issuer: authority.subject,
    signingKey: authorityKeys.privateKey,
    publicKey: relayKeys.publicKey,
    extensions: [
      new BasicConstraintsExtension(false),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", relayKeys.privateKey);
  return {
    authority: `${authority.toString("pem")}\n`,
    certificate: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
    endsAtUtc: notAfter.toISOString(),
  };
}
