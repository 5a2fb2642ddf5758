import { readFileSync } from "node:fs";
import tls from "node:tls";

/**
 * Trusts the authority in the PEM file that `MOORING_CA_FILE` names, beside the usual ones: a sandbox's, or that of a proxy that looks
 * into TLS. Node's own `NODE_EXTRA_CA_CERTS` is read before an env file is, and cannot come by one.
 */
export function trustExtraAuthority(): void {
  const file = process.env["MOORING_CA_FILE"];
  if (file) tls.setDefaultCACertificates([...tls.getCACertificates(), readFileSync(file, "utf8")]);
}
