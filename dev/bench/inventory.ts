/** A /8 with the requested number of used addresses, in separate tables. */
import { addressKey } from "../../shared/azure/addressKey.ts";
import { formatAddress } from "../../shared/azure/prefix.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { silentLog } from "../../shared/ports/log.ts";
import type { Ports, Run } from "../../shared/ports/ports.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import type { Table } from "../../shared/ports/table.ts";
import { keepSchema } from "../../shared/storage/keepSchema.ts";
import { writeRows } from "../../shared/storage/writeRows.ts";
import { counted } from "./counted.ts";
import type { Bench } from "./figures.ts";

export const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const VNET = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet`;
export const SUBNET = `${VNET}/subnets/apps`;
/** 10.64.0.0: used addresses are above, requested ones below. */
const FIRST_TAKEN = 0x0a_40_00_00n;

export const cluster: Cluster = {
  name: "bench",
  resourceId: `${GROUP}/providers/Microsoft.ContainerService/managedClusters/bench`,
  nodeResourceGroup: "MC",
  vnetId: VNET,
  defaultSubnet: "apps",
  tokens: [],
  registeredAtUtc: "",
};

export function connectedRun({ connection }: Bench, prefix: string): Run {
  const settings = parseSettings({
    AzureWebJobsStorage: connection,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: prefix,
  });
  return {
    ports: createPorts(settings).ports,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    log: silentLog,
    signal: new AbortController().signal,
  };
}

export function takenAddress(index: number): string {
  return formatAddress({ family: "IPv4", value: FIRST_TAKEN + BigInt(index) });
}

/** Fills storage with a scanned subnet, as data of this schema version. */
export async function fillInventory(run: Run, size: number): Promise<void> {
  await keepSchema(run.ports, run).prepare(run);
  const value = {
    id: SUBNET,
    vnetId: VNET,
    name: "apps",
    prefixes: ["10.0.0.0/8"],
    delegations: [],
    plsNetworkPolicies: "Enabled",
    usableAddresses: 2 ** 24 - 5,
    usedAddresses: size,
    scannedAtUtc: new Date().toISOString(),
  } as const;
  await run.ports.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: "apps", value }]);
  const rows = Array.from({ length: size }, (_, n) => takenAddress(n)).map((address) => ({
    do: "put" as const,
    key: addressKey(address),
    value: { address, assignment: { holderId: VNET, seenAtUtc: "" } },
  }));
  await writeRows(run.ports.tables.addresses, SUBNET.toLowerCase(), rows);
}

/** The same run, with every call of a table counted. */
export function countTableCalls(run: Run): {
  readonly calls: () => number;
  /** Of those, transactions. */
  readonly writes: () => number;
  readonly run: Run;
} {
  const counts = Object.entries(run.ports.tables).map(([name, table]) => [name, counted(table)] as const);
  const tables = Object.fromEntries(counts.map(([name, { target }]) => [name, target]));
  return {
    calls: () => counts.reduce((sum, [, { calls }]) => sum + calls(), 0),
    writes: () => counts.reduce((sum, [, { calls }]) => sum + calls("transact"), 0),
    run: { ...run, ports: { ...run.ports, tables: tables as unknown as Ports["tables"] } },
  };
}

/** The same run, with the rounds of storage counted: a call that begins while no other is under way begins one. */
export function countRounds(run: Run): { readonly rounds: () => number; readonly run: Run } {
  let [rounds, underWay] = [0, 0];
  const begin = () => {
    if (underWay === 0) rounds += 1;
    underWay += 1;
  };
  const end = () => void (underWay -= 1);
  const watched = Object.entries(run.ports.tables).map(([name, table]) => [
    name,
    inRounds(table, begin, end),
  ]);
  const tables = Object.fromEntries(watched) as Ports["tables"];
  return { rounds: () => rounds, run: { ...run, ports: { ...run.ports, tables } } };
}

type Mark = () => void;

function inRounds<T>(table: Table<T>, begin: Mark, end: Mark): Table<T> {
  const during = <R>(work: () => Promise<R>): Promise<R> => {
    begin();
    return work().finally(end);
  };
  return {
    get: (...args) => during(() => table.get(...args)),
    transact: (...args) => during(() => table.transact(...args)),
    async *list(...args) {
      yield* await during(() => Array.fromAsync(table.list(...args)));
    },
  };
}
