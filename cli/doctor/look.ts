import { azureInstallation } from "../../shared/azure/installation.ts";
import { openCredential } from "../../shared/azure/clients.ts";
import { app } from "../../shared/app.ts";
import { outside } from "../../shared/http/outside.ts";
import type { Look } from "../../shared/installation/check.ts";
import { defaultPolicy } from "../../shared/policy.ts";
import { readPolicy } from "../../shared/policyStore.ts";
import { silentLog } from "../../shared/log.ts";
import { VERSION } from "../../shared/version.ts";
import type { Options } from "./command.ts";

/** What the checks look at, from this terminal. @throws InvalidInput on broken settings */
export async function lookAt({ url, app: appId, identity }: Options): Promise<Look> {
  const opened = await app();
  const { settings } = opened;
  const run = opened.run(silentLog);
  const access = async () => ({
    credential: await openCredential(),
    endpoint: settings.MOORING_ARM_ENDPOINT,
  });
  const known = { appUrl: url ?? settings.MOORING_APP_URL, appId: appId ?? settings.MOORING_APP_ID };
  return {
    run,
    installation: azureInstallation(settings, Object.keys(run.ports.tables), access),
    outside,
    // A broken policy has a line of its own.
    policy: () =>
      readPolicy(run).then(
        ({ policy }) => policy,
        () => defaultPolicy,
      ),
    ...(known.appUrl !== undefined && { appUrl: known.appUrl }),
    ...(known.appId !== undefined && { appId: known.appId }),
    ...(identity !== undefined && { principalId: identity }),
    signal: new AbortController().signal,
    version: VERSION,
    nodeVersion: process.versions.node,
  };
}
