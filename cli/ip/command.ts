import { Command } from "commander";
import { withApp } from "../api/open.ts";
import { find, list } from "./list.ts";
import { next } from "./next.ts";
import { release } from "./release.ts";
import { who } from "./who.ts";

const EXAMPLES = `
Examples:
  mooring ip list --subnet apps
  mooring ip find shop/web
  mooring ip who 10.240.0.12
  mooring ip next --subnet apps --count 3
  mooring ip release 10.240.0.12 --reason "aks-old was deleted" --dry-run

Moving an address between Services: docs/developers/move-an-address.md`;

/** `ip list|find|who|next|release`: addresses, names of Private Link Services, and the Services that declare them. */
export function ipCommand(): Command {
  const ip = new Command("ip")
    .description("addresses and Private Link Service names: who has them, what is free")
    .addHelpText("after", EXAMPLES);
  withApp(ip.command("list"))
    .description("what is assigned, declared or claimed in a subnet, or everywhere")
    .option("--subnet <name>", "name, vnet/name or id")
    .option("--vnet <name>", "virtual network of the subnet")
    .option("--limit <n>", "how many at most", "1000")
    .action(list);
  withApp(ip.command("find <text>"))
    .description("search by part of an address, a Service or a Private Link Service name")
    .option("--limit <n>", "how many at most", "100")
    .action(find);
  withApp(ip.command("who <address>"))
    .description("who has an address, which Services declare it, since when, history")
    .action(who);
  withApp(ip.command("next"))
    .description("the lowest free addresses of a subnet, with an annotation to paste")
    .requiredOption("--subnet <name>", "name, vnet/name or id")
    .option("--vnet <name>", "virtual network of the subnet")
    .option("--count <n>", "how many", "1")
    .option("--ipv6", "IPv6 addresses", false)
    .action(next);
  return ip.addCommand(releaseCommand());
}

function releaseCommand(): Command {
  return withApp(new Command("release"))
    .description("release claims of Services that will not be created again (requires confirmation)")
    .argument("<place>", "an address, or [resource group/]name of a Private Link Service")
    .requiredOption("--reason <text>", "why; it is recorded with your name")
    .option("--service <cluster/ns/name>", "only the claims of this Service")
    .option("--vnet <name>", "virtual network of the address")
    .option("--force", "also confirmed claims of living Services", false)
    .option("--dry-run", "only show which claims would end", false)
    .option("--yes", "do not ask", false)
    .action(release);
}
