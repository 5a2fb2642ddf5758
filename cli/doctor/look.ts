import { app } from "../../shared/adapters/app.ts";
import { outside } from "../../shared/adapters/httpClient.ts";
import type { Look } from "../../shared/doctor/check.ts";
import { createLook } from "../../shared/doctor/look.ts";
import { silentLog } from "../../shared/ports/log.ts";
import type { Options } from "./command.ts";

/** Context of the checks for this terminal. @throws InvalidInput if the settings are invalid */
export async function lookAt({ url, app: appId, identity }: Options): Promise<Look> {
  const opened = await app();
  const { settings } = opened;
  const [run, installation] = [opened.run(silentLog), await opened.installation()];
  return createLook(
    { run, installation, outside, settings, nodeVersion: process.versions.node },
    {
      ...(url !== undefined && { appUrl: url }),
      ...(appId !== undefined && { appId }),
      ...(identity !== undefined && { principalId: identity }),
    },
  );
}
