/** Registered clusters. Partition `all`; key = cluster name. */
import { Conflict, InvalidInput } from "../core/errors.ts";
import { unknownName } from "../core/filters.ts";
import { resourceName, sameId } from "../azure/resourceId.ts";
import { removeListOutcome } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Table, Version, Write } from "../ports/table.ts";
import { removeRows } from "../storage/writeRows.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { nodeGroupKey } from "./clusterContradictions.ts";
import type { Cluster } from "./clusterModel.ts";
import { compareWithArm, parseRegistration, type Registration } from "./registration.ts";
import { noteSubscription, subscriptionOf } from "./subscriptions.ts";
import { betweenReports } from "./reportLease.ts";
import { makeToken, rotated } from "./token.ts";

const PARTITION = "all";

/** A cluster's new token, which is shown only once. */
export interface NewToken {
  readonly name: string;
  readonly token: string;
  /** When the previous token expires; absent if there is none. */
  readonly previousEndsAtUtc?: string;
}

/**
 * Stores a registration after ARM has confirmed it, unless it states why it is unchecked.
 * @throws InvalidInput with every value that does not match, or that another registration has · the translated ARM error if ARM could not be read
 */
export async function registerCluster(run: Run, registration: unknown): Promise<NewToken> {
  const place = await placeOf(run, parseRegistration(registration));
  const { secret, token } = makeToken(run.now());
  const value: Cluster = { ...place, tokens: [token], registeredAtUtc: run.now().toISOString() };
  await noteSubscription(run, subscriptionOf(value));
  await store(run, value);
  await forgetDeclared(run, value.name);
  return { name: value.name, token: secret };
}

type Placed = Omit<Cluster, "tokens" | "registeredAtUtc">;

async function placeOf({ ports, now }: Run, registration: Registration): Promise<Placed> {
  if ("unchecked" in registration) {
    const { unchecked: reason, ...place } = registration;
    return { ...place, unchecked: { reason, atUtc: now().toISOString() } };
  }
  const { problems, place } = await compareWithArm(ports.network, registration);
  if (!place) throw new InvalidInput(problems);
  return { name: registration.name, ...place };
}

/**
 * Key of the row with the last stored registration. Its version changes with every registration, so that of two registrations
 * that were checked against the same list only one is stored. Sorts after all cluster names.
 */
const LATEST = "~latest";
const NAMES = { to: "{" };
/** One attempt per registration that may be stored in the meantime. */
const ATTEMPTS = 100;

/** @throws InvalidInput if the name, the managed cluster or the node resource group is registered · Conflict */
async function store(run: Run, value: Cluster): Promise<void> {
  const { clusters } = run.ports.tables;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const latest = await clusters.get(PARTITION, LATEST);
    refuseSecond(value, await listClusters(run));
    const written = await clusters.transact(PARTITION, [
      { do: "insert", key: value.name, value },
      marking({ ...value, tokens: [] }, latest?.version),
    ]);
    if (written.ok) return;
  }
  throw new Conflict("too many clusters are being registered at the same time: try again");
}

function marking(value: Cluster, version: Version | undefined): Write<Cluster> {
  return version === undefined
    ? { do: "insert", key: LATEST, value }
    : { do: "replace", key: LATEST, value, version };
}

function refuseSecond(value: Cluster, registered: readonly Cluster[]): void {
  if (registered.some(({ name }) => name === value.name))
    throw new InvalidInput(
      `cluster ${value.name} is already registered: rotate its token, or remove it first`,
    );
  const managed = registered.find(({ resourceId }) => sameId(resourceId, value.resourceId));
  const group = registered.find((one) => nodeGroupKey(one) === nodeGroupKey(value));
  const problems = [
    ...(managed
      ? [`resourceId: managed cluster ${resourceName(value.resourceId)} ${asCluster(managed)}`]
      : []),
    ...(group
      ? [`nodeResourceGroup: node resource group ${value.nodeResourceGroup} ${asCluster(group)}`]
      : []),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
}

function asCluster({ name }: Cluster): string {
  return `is already registered as cluster ${name}`;
}

/** Creates a second token; the previous one stays valid during the overlap. @throws InvalidInput if there is no such cluster · Conflict */
export async function rotateToken(run: Run, name: string, overlapHours: number): Promise<NewToken> {
  const now = run.now();
  const { secret, token } = makeToken(now);
  const endsAt = new Date(now.getTime() + overlapHours * 3_600_000);
  const { tokens } = await replaceCluster(run, name, (cluster) => ({
    ...cluster,
    tokens: rotated(cluster.tokens, token, { now, endsAt }),
  }));
  const previousEndsAtUtc = tokens[1]?.endsAtUtc;
  return { name, token: secret, ...(previousEndsAtUtc && { previousEndsAtUtc }) };
}

/**
 * Removes a cluster, its tokens and its declarations. Its resources in Azure then belong to no registered cluster: they are
 * reported as unknown and never deleted. Scans end its claims of addresses that Azure does not assign to its Services.
 * @throws InvalidInput if there is no such cluster · Conflict
 */
export async function removeCluster(run: Run, name: string): Promise<void> {
  await requireRow(run, name);
  await betweenReports(run, [name], async () => {
    const { version } = await requireRow(run, name);
    const removal = { do: "remove", key: name, version } as const;
    if (!(await run.ports.tables.clusters.transact(PARTITION, [removal])).ok) throw changedMeanwhile(name);
    await forgetDeclared(run, name);
  });
}

/** Declarations are evidence: they must never be attributed to another cluster of the same name. */
export async function forgetDeclared(run: Run, name: string): Promise<void> {
  const { feeds, declarations, proposals, pages, observations } = run.ports.tables;
  // First, because without it nothing of the cluster counts as confirmed. Numbering continues, so that no number is reused.
  const sequence = (await feeds.get(PARTITION, name))?.value.sequence;
  await feeds.transact(PARTITION, [
    sequence === undefined
      ? { do: "remove", key: name }
      : { do: "put", key: name, value: { cluster: name, sequence } },
  ]);
  await feeds.transact("wanted", [{ do: "remove", key: name }]);
  await removeListOutcome(run, name);
  await emptyPartition(declarations, name);
  await emptyPartition(proposals, name);
  await emptyPartition(pages, name);
  await emptyPartition(observations, name);
}

async function emptyPartition<T>(table: Table<T>, partition: string): Promise<void> {
  await removeRows(table, partition, await Array.fromAsync(table.list(partition)));
}

/**
 * Updates a registration with the result of `change`, unless another writer changed it meanwhile.
 * @throws InvalidInput if there is no such cluster · Conflict
 */
export async function replaceCluster(
  run: Run,
  name: string,
  change: (cluster: Cluster) => Cluster,
): Promise<Cluster> {
  const [value] = await replaceClusters(run, [name], change);
  return value as Cluster;
}

/** Like `replaceCluster`, for all of them or none. @param change gets the position in `names` as well */
export async function replaceClusters(
  run: Run,
  names: readonly string[],
  change: (cluster: Cluster, at: number) => Cluster,
): Promise<Cluster[]> {
  const rows = await waitForAll(names.map((name) => requireRow(run, name)));
  const writes = rows.map(({ key, value, version }, at) => ({
    do: "replace" as const,
    key,
    value: change(value, at),
    version,
  }));
  const written = await run.ports.tables.clusters.transact(PARTITION, writes);
  if (!written.ok) throw changedMeanwhile(names.join(", "));
  return writes.map(({ value }) => value);
}

export async function findCluster(run: Run, name: string): Promise<Cluster | undefined> {
  return (await run.ports.tables.clusters.get(PARTITION, name))?.value;
}

export async function listClusters(run: Run): Promise<Cluster[]> {
  const rows = await Array.fromAsync(run.ports.tables.clusters.list(PARTITION, NAMES));
  return rows.map(({ value }) => value);
}

/** @throws InvalidInput that lists the registered clusters */
export async function requireCluster(run: Run, name: string): Promise<Cluster> {
  return (await requireRow(run, name)).value;
}

async function requireRow(run: Run, name: string): Promise<Row<Cluster>> {
  const row = await run.ports.tables.clusters.get(PARTITION, name);
  if (row) return row;
  const names = (await listClusters(run)).map((one) => one.name);
  throw new InvalidInput(
    unknownName(name, "registered cluster", names) ?? `cluster names are lower case: ${name}`,
  );
}

function changedMeanwhile(name: string): Conflict {
  return new Conflict(`cluster ${name} was changed by another writer: try again`);
}
