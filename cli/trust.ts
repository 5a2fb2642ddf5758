import { readFileSync } from "node:fs";
import tls from "node:tls";

/**
 * Adds the certificate authority in the PEM file `MOORING_CA_FILE` to the trusted ones: that of the sandbox, or of a proxy that inspects
 * TLS. `NODE_EXTRA_CA_CERTS` of Node.js is read before env files are loaded, so it cannot be set in one.
 */
export function trustExtraAuthority(): void {
  const file = process.env["MOORING_CA_FILE"];
  if (file) tls.setDefaultCACertificates([...tls.getCACertificates(), readFileSync(file, "utf8")]);
}
