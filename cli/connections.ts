import { Command } from "commander";
import type { Connection } from "../api/model.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { unknownName } from "../shared/core/filters.ts";
import { listAll } from "./api/operations.ts";
import { openApi, withApp } from "./api/open.ts";
import { carryOut } from "./changes.ts";
import { print } from "./print.ts";

export function connectionsCommand(): Command {
  const connections = new Command("connections").description(
    "approve or reject private endpoint connections",
  );
  withApp(connections.command("list"))
    .description("list pending private endpoint connections; all with --all")
    .option("--all", "include approved and rejected connections", false)
    .action(list);
  for (const [name, status] of [
    ["approve", "Approved"],
    ["reject", "Rejected"],
  ] as const)
    withApp(connections.command(`${name} <connection>`))
      .description(`${name} a connection by name, prefix of its name, or id (requires confirmation)`)
      .requiredOption("--reason <text>", "shown to the consumer and recorded in the journal")
      .option("--yes", "do not ask for confirmation", false)
      .action((selector: string, options: Options, command: Command) =>
        settle(command, { selector, status, ...options }),
      );
  return connections;
}

interface Options {
  readonly reason: string;
  readonly yes: boolean;
}

async function list({ all }: { all: boolean }, command: Command): Promise<void> {
  const query = { status: all ? undefined : "Pending" };
  print(command, await listAll(await openApi(command), "listConnections", { query }), {
    name: ({ name }) => name,
    pls: ({ pls }) => pls,
    service: ({ service }) => service ?? "-",
    consumer: ({ consumer }) => consumer ?? "unknown",
    status: ({ status }) => status,
    description: ({ description }) => description,
  });
}

interface Settling extends Options {
  readonly selector: string;
  readonly status: "Approved" | "Rejected";
}

async function settle(command: Command, { selector, status, reason, yes }: Settling): Promise<void> {
  const api = await openApi(command);
  const { key, name, closed } = choose(await listAll(api, "listConnections"), selector);
  if (closed !== undefined) throw new InvalidInput(`connection ${name}: ${closed}`);
  const decision = { params: { key }, body: { status, reason } };
  const { plan } = await api.call("decideConnection", { ...decision, query: { dryRun: "true" } });
  const apply = () => api.call("decideConnection", { ...decision, ifMatch: plan.etag });
  await carryOut(command, { plan, apply, yes });
}

function choose(rows: readonly Connection[], selector: string): Connection {
  const texts = ({ id, name }: Connection) => [id, name].map((text) => text.toLowerCase());
  const prefix = selector.toLowerCase();
  const exact = rows.filter((row) => texts(row).includes(prefix));
  // Names end with a UUID: a prefix is enough.
  const found =
    exact.length > 0 ? exact : rows.filter((row) => texts(row).some((text) => text.startsWith(prefix)));
  const [row, other] = found;
  const names = rows.map(({ id, name }) => (selector.startsWith("/") ? id : name));
  if (!row)
    throw new InvalidInput(
      `${unknownName(selector, "connection", names)}; run \`mooring connections list --all\``,
    );
  if (other)
    throw new InvalidInput(`"${selector}" is ambiguous; use one of: ${found.map(({ id }) => id).join(", ")}`);
  return row;
}
