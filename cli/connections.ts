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
    "consumers' connections to the clusters' Private Link Services",
  );
  connections
    .command("list")
    .description("what waits for a decision; all with --all")
    .option("--all", "also what is decided", false)
    .action(list);
  for (const [name, status] of [
    ["approve", "Approved"],
    ["reject", "Rejected"],
  ] as const)
    connections
      .command(`${name} <connection>`)
      .description(`${name} a connection, by name, how its name begins, or id; shows the plan and asks`)
      .requiredOption("--reason <text>", "why; the consumer reads it, and the journal keeps it")
      .option("--yes", "do not ask", false)
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
  const wanted = selector.toLowerCase();
  const exact = rows.filter((row) => texts(row).includes(wanted));
  // Names end in a UUID that nobody wants to type.
  const found =
    exact.length > 0 ? exact : rows.filter((row) => texts(row).some((text) => text.startsWith(wanted)));
  const [row, other] = found;
  const names = rows.map(({ id, name }) => (selector.startsWith("/") ? id : name));
  if (!row)
    throw new InvalidInput(
      `${unknownName(selector, "connection", names)}; \`mooring connections list --all\` shows them`,
    );
  if (other) throw new InvalidInput(found.map(({ id }) => `${selector} may be ${id}: say which by its id`));
  return row;
}
