/** A sandbox ARM over https with a managed identity: what the real SDK needs, in this process or in another. */
import tls from "node:tls";
import { ManagedIdentityCredential } from "@azure/identity";
import { createControl, listenControl } from "../../dev/sandbox/control.ts";
import { certificates } from "../../dev/sandbox/identity/certificate.ts";
import type { ArmAccess } from "../../shared/adapters/armAccess.ts";
import type { TestArm } from "./arm.ts";

export interface ServedArm {
  /** For clients in this process. */
  access: ArmAccess;
  /** For another process. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** @param directory for its certificates */
export async function serveArm(arm: TestArm, directory: string): Promise<ServedArm> {
  const { ca, caPath, cert, key } = await certificates(directory);
  tls.setDefaultCACertificates([...tls.getCACertificates(), ca]);
  const server = await arm.listen({ port: 0, cert, key });
  const control = await listenControl(
    createControl({
      arm,
      identityHeader: "secret",
      events: () => undefined,
      fleet: () => undefined,
      about: () => ({}),
    }),
    0,
  );
  const identity = { IDENTITY_ENDPOINT: `${control.url}/msi/token`, IDENTITY_HEADER: "secret" };
  Object.assign(process.env, identity);
  return {
    access: { credential: new ManagedIdentityCredential(), endpoint: server.url },
    env: { ...identity, MOORING_ARM_ENDPOINT: server.url, NODE_EXTRA_CA_CERTS: caPath },
    close: async () => {
      await Promise.all([server.close(), control.close()]);
    },
  };
}
