import { Command } from "commander";
import { InvalidInput } from "../shared/core/errors.ts";
import { unknownName } from "../shared/core/filters.ts";
import { listConnections, type InboxRow } from "../shared/pls/inbox.ts";
import { planDecision } from "../shared/pls/decision.ts";
import { carryOut, operator } from "./changes.ts";
import { open, openToWrite } from "./open.ts";
import { print } from "./print.ts";

export function connectionsCommand(): Command {
  const connections = new Command("connections").description(
    "approve or reject private endpoint connections",
  );
  connections
    .command("list")
    .description("list pending private endpoint connections; all with --all")
    .option("--all", "include approved and rejected connections", false)
    .action(list);
  for (const [name, status] of [
    ["approve", "Approved"],
    ["reject", "Rejected"],
  ] as const)
    connections
      .command(`${name} <connection>`)
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
  const rows = (await listConnections(await open())).filter(({ status }) => all || status === "Pending");
  print(command, rows, {
    name: ({ name }) => name,
    pls: ({ pls }) => pls,
    service: ({ service }) => service,
    consumer: ({ consumer }) => consumer,
    status: ({ status }) => status,
    description: ({ description }) => description,
  });
}

interface Settling extends Options {
  readonly selector: string;
  readonly status: "Approved" | "Rejected";
}

async function settle(command: Command, { selector, status, reason, yes }: Settling): Promise<void> {
  const { run, apply } = await openToWrite();
  const row = choose(await listConnections(run), selector);
  const plan = planDecision(run, row, { status, reason, who: operator() });
  await carryOut(command, { run, apply, plan, why: `mooring connections: ${reason}`, yes });
}

function choose(rows: readonly InboxRow[], selector: string): InboxRow {
  const texts = ({ id, name }: InboxRow) => [id, name].map((text) => text.toLowerCase());
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
