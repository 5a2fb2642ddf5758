import { Command } from "commander";
import type { Plan } from "../shared/changes/plan.ts";
import { listClusters } from "../shared/clusters/registry.ts";
import { InvalidInput } from "../shared/errors.ts";
import { clusterOfLink, OWNER_TAG } from "../shared/links/owner.ts";
import { consumerOf, decide } from "../shared/links/planConnections.ts";
import type { Connection, Link } from "../shared/network/model.ts";
import type { Run } from "../shared/ports.ts";
import { carryOut, operator } from "./changes.ts";
import { open, openToWrite } from "./open.ts";
import { print } from "./print.ts";

const STATUSES = ["Pending", "Approved", "Rejected", "Disconnected"];

export function connectionsCommand(): Command {
  const connections = new Command("connections").description("consumers' connections to the clusters' links");
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

interface Row {
  readonly connection: Connection;
  readonly link: Link;
  readonly cluster: string;
}

async function list({ all }: { all: boolean }, command: Command): Promise<void> {
  const rows = (await read(await open())).filter(({ connection }) => all || connection.status === "Pending");
  const shown = rows.map(({ connection, link, cluster }) => ({
    ...connection,
    link: link.name,
    service: `${cluster}/${link.tags[OWNER_TAG] ?? "?"}`,
    consumer: consumerOf(connection) ?? "unknown",
  }));
  print(command, shown, {
    name: ({ name }) => name,
    link: ({ link }) => link,
    service: ({ service }) => service,
    consumer: ({ consumer }) => consumer,
    status: ({ status }) => status,
    description: ({ description }) => description,
  });
}

/** Connections of links that stand on a registered cluster's load balancers: of others Mooring says and does nothing. */
async function read(run: Run): Promise<Row[]> {
  const { network, subscriptions } = run.ports;
  const [clusters, links] = await Promise.all([
    listClusters(run),
    Promise.all(subscriptions.map((one) => network.links(one))),
  ]);
  const rows = links.flat().flatMap((link) => {
    const cluster = clusterOfLink(link, clusters)?.name;
    return cluster === undefined ? [] : link.connections.map((connection) => ({ connection, link, cluster }));
  });
  const rank = ({ connection }: Row) => `${STATUSES.indexOf(connection.status)} ${connection.id}`;
  return rows.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

interface Settling extends Options {
  readonly selector: string;
  readonly status: "Approved" | "Rejected";
}

async function settle(command: Command, { selector, status, reason, yes }: Settling): Promise<void> {
  const { run, apply } = await openToWrite();
  const row = choose(await read(run), selector);
  const who = operator();
  const change = decide(row.connection, status, {
    capability: status === "Approved" ? "connections" : "rejections",
    owner: { cluster: row.cluster },
    reason: `${who} says: ${reason}`,
    description: `${status} by ${who}: ${reason}`,
    evidence: [
      {
        says: `link ${row.link.name} stands on a load balancer of cluster ${row.cluster}`,
        source: "Azure",
        atUtc: run.now().toISOString(),
      },
    ],
  });
  const plan: Plan = { changes: row.connection.status === status ? [] : [change] };
  await carryOut(command, { run, apply, plan, why: `mooring connections: ${reason}`, yes });
}

function choose(rows: readonly Row[], selector: string): Row {
  const texts = ({ connection: { id, name } }: Row) => [id, name].map((text) => text.toLowerCase());
  const wanted = selector.toLowerCase();
  const exact = rows.filter((row) => texts(row).includes(wanted));
  // Names end in a UUID that nobody wants to type.
  const found =
    exact.length > 0 ? exact : rows.filter((row) => texts(row).some((text) => text.startsWith(wanted)));
  const [row, other] = found;
  if (!row)
    throw new InvalidInput(
      `there is no connection ${selector}; \`mooring connections list --all\` shows them`,
    );
  if (other)
    throw new InvalidInput(
      found.map(({ connection }) => `${selector} may be ${connection.id}: say which by its id`),
    );
  return row;
}
