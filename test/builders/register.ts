import { runCli } from "../cli/runCli.ts";
import { cluster } from "./world.ts";

const { resourceId, nodeResourceGroup, vnetId, defaultSubnet } = cluster();

/** What `mooring clusters add` must be told of where a cluster is. */
export const PLACE = [
  ["--resource-id", resourceId],
  ["--node-resource-group", nodeResourceGroup],
  ["--vnet", vnetId],
  ["--default-subnet", defaultSubnet],
].flat();

/** Registers a cluster as a person does. @returns its token @throws Error with what the command line said */
export async function register(name: string, env: Record<string, string>): Promise<string> {
  const { out, err } = await runCli(["-o", "json", "clusters", "add", name, ...PLACE], { env });
  if (err !== "") throw new Error(err);
  return JSON.parse(out).token;
}
