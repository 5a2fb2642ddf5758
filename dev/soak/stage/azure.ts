/** Azure Resource Manager over https, and the identity endpoint. */
import { randomBytes } from "node:crypto";
import { createArm, type Arm } from "../../sandbox/arm/server.ts";
import { createControl, listenControl } from "../../sandbox/control.ts";
import { certificates } from "../../sandbox/identity/certificate.ts";
import { SUBSCRIPTIONS } from "../../sandbox/world/definition.ts";

const OPERATION_MILLISECONDS = 60;

export interface Azure {
  readonly arm: Arm;
  /** Settings for the app. */
  readonly settings: Readonly<Record<string, string>>;
}

/** @param stops gets what ends it */
export async function openAzure(directory: string, stops: (() => Promise<unknown> | void)[]): Promise<Azure> {
  const tls = await certificates(directory);
  const arm = await createArm({
    subscriptions: SUBSCRIPTIONS,
    operationMilliseconds: OPERATION_MILLISECONDS,
  });
  const served = await arm.listen({ port: 0, ...tls });
  stops.push(() => served.close());
  const identityHeader = randomBytes(16).toString("hex");
  const nothing = () => undefined;
  const control = await listenControl(
    createControl({ arm, identityHeader, events: nothing, fleet: nothing, about: () => ({}) }),
    0,
  );
  stops.push(() => control.close());
  const settings = {
    MOORING_SUBSCRIPTIONS: Object.keys(SUBSCRIPTIONS).join(","),
    MOORING_ARM_ENDPOINT: served.url,
    MOORING_LOCAL_OPERATOR: "operator@soak",
    IDENTITY_ENDPOINT: `${control.url}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
    NODE_EXTRA_CA_CERTS: tls.caPath,
  };
  return { arm, settings };
}
