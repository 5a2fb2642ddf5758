import { Command } from "commander";
import { listClusters, registerCluster } from "../shared/clusters/registry.ts";
import { open } from "./open.ts";
import { isJson, print } from "./print.ts";

interface Add {
  resourceId: string;
  nodeResourceGroup: string;
  vnet: string;
  defaultSubnet: string;
}

export function clustersCommand(): Command {
  const clusters = new Command("clusters").description("register clusters and see them");
  clusters
    .command("add <name>")
    .description("register a cluster and make its token, shown this once")
    .requiredOption("--resource-id <id>", "ARM id of the managed cluster")
    .requiredOption("--node-resource-group <name>", "resource group of its load balancers")
    .requiredOption("--vnet <id>", "ARM id of its virtual network")
    .requiredOption("--default-subnet <name>", "subnet that Services get when they name none")
    .action(add);
  clusters.command("list").description("the registered clusters").action(list);
  return clusters;
}

async function add(
  name: string,
  { resourceId, nodeResourceGroup, vnet, defaultSubnet }: Add,
  command: Command,
): Promise<void> {
  const registered = await registerCluster(await open(), {
    name,
    resourceId,
    nodeResourceGroup,
    vnetId: vnet,
    defaultSubnet,
  });
  if (isJson(command)) return console.log(JSON.stringify(registered));
  console.log(`Cluster ${name} is registered. Its token is shown this once; the paths to call are`);
  console.log(`  /api/admit/${name}/${registered.token}`);
  console.log(`  /api/clusters/${name}/snapshot/${registered.token}`);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const clusters = await listClusters(await open());
  // Not even the hashes of tokens are shown.
  const shown = clusters.map(({ tokenHashes, ...cluster }) => ({ ...cluster, tokens: tokenHashes.length }));
  print(command, shown, {
    name: ({ name }) => name,
    "node resource group": ({ nodeResourceGroup }) => nodeResourceGroup,
    registered: ({ registeredAtUtc }) => registeredAtUtc,
  });
}
