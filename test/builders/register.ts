import { runCli } from "../cli/runCli.ts";
import { cluster } from "./world.ts";

/** Where a cluster is, as options of `mooring clusters add`; ARM is not asked. */
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

/** Registers a cluster as a person does. @returns its token @throws Error with what the command line said */
export async function register(name: string, env: Record<string, string>): Promise<string> {
  const { out, err } = await runCli(["-o", "json", "clusters", "add", name, ...placeOf(name)], { env });
  if (err !== "") throw new Error(err);
  return JSON.parse(out).token;
}
