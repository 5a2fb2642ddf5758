import { runCli } from "../cli/runCli.ts";
import { cluster } from "./world.ts";

/** A cluster's location as options of `mooring clusters add`, without a check with ARM. */
export function placeOf(name: string): string[] {
  const { resourceId, vnetId, defaultSubnet } = cluster({ name });
  return [
    ["--resource-id", resourceId],
    ["--node-resource-group", `MC_${name}`],
    ["--vnet", vnetId],
    ["--default-subnet", defaultSubnet],
    ["--unchecked", "--reason", "a test"],
  ].flat();
}

/** Registers a cluster with the command line. @returns its token @throws Error with the command line's output */
export async function register(name: string, env: Record<string, string>): Promise<string> {
  const { out, err } = await runCli(["-o", "json", "clusters", "add", name, ...placeOf(name)], { env });
  if (err !== "") throw new Error(err);
  return JSON.parse(out).token;
}
