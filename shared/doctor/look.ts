import { once } from "../core/once.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import type { Settings } from "../core/settings.ts";
import { VERSION } from "../core/version.ts";
import type { Look } from "./check.ts";
import type { Installation, Outside } from "../ports/installation.ts";

export interface Sources {
  readonly run: Run;
  readonly installation: Installation;
  readonly outside: Outside;
  readonly settings: Pick<Settings, "MOORING_APP_URL" | "MOORING_APP_ID">;
  readonly nodeVersion: string;
}

/** Context of the checks; `overrides` take precedence over settings. */
export function createLook(
  { run, installation, outside, settings, nodeVersion }: Sources,
  overrides: Pick<Look, "appUrl" | "appId" | "principalId"> = {},
): Look {
  const { MOORING_APP_URL: appUrl, MOORING_APP_ID: appId } = settings;
  // An invalid policy is reported by check `policy`.
  const readPolicyOnce = once(() =>
    readPolicy(run).then(
      ({ policy }) => policy,
      () => defaultPolicy,
    ),
  );
  return {
    run,
    installation,
    outside,
    policy: () => readPolicyOnce("policy"),
    ...(appUrl !== undefined && { appUrl }),
    ...(appId !== undefined && { appId }),
    ...overrides,
    signal: run.signal,
    version: VERSION,
    nodeVersion,
  };
}
