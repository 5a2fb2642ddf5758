/**
 * Takes a cluster's complete list of Services as the truth at its time. What admission said while the list was on its way
 * is newer and stays. Called by the snapshot trigger.
 */
import { parseIntent } from "../annotations/parse.ts";
import type { Service } from "../annotations/service.ts";
import { Conflict } from "../errors.ts";
import type { Run } from "../ports.ts";
import type { Row, Write } from "../storage/table.ts";
import type { Declared, Snapshot, Unannounced, WebhookProbe } from "./model.ts";
import { intentKey } from "./remember.ts";

/** A list may have been read this long before it arrives. */
const TRANSIT_SECONDS = 120;
const BATCH = 100;

export interface SnapshotReport {
  readonly services: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** @param services all load balancers of the cluster @param webhook what the job heard of the relay, if it asked @throws Conflict if a Service changed meanwhile */
export async function takeSnapshot(
  run: Run,
  cluster: string,
  services: readonly Service[],
  webhook?: WebhookProbe,
): Promise<SnapshotReport> {
  const listed = toDeclared(run, cluster, services);
  const known = new Map(
    (await Array.fromAsync(run.ports.tables.intents.list(cluster))).map((row) => [row.key, row]),
  );
  const news = newsSince(run);
  const writes = writesFor(listed, known, news);
  const removed = [...known.values()].filter(({ key, value }) => !listed.has(key) && !news(value));
  await writeAll(run, cluster, [
    ...writes,
    ...removed.map(({ key, version }) => ({ do: "remove", key, version }) as const),
  ]);
  await recordSnapshot(run, cluster, { listed, known, news, told: webhook ? { webhook } : {} });
  const changed = writes.filter((write) => write.do === "replace").length;
  return { services: listed.size, added: writes.length - changed, changed, removed: removed.length };
}

/** True for what admission said while the list may have been on its way. */
function newsSince(run: Run): (declared: Declared) => boolean {
  const sureBefore = new Date(run.now().getTime() - TRANSIT_SECONDS * 1000).toISOString();
  return ({ origin, observedAtUtc }) => origin === "admission" && observedAtUtc >= sureBefore;
}

function toDeclared(run: Run, cluster: string, services: readonly Service[]): Map<string, Declared> {
  const observedAtUtc = run.now().toISOString();
  const declared = services.map((service): Declared => {
    const { namespace, name, uid, deletionTimestamp } = service.metadata;
    const deleted = deletionTimestamp ? { deletedAtUtc: deletionTimestamp } : {};
    return {
      cluster,
      namespace,
      name,
      uid,
      origin: "snapshot",
      observedAtUtc,
      ...(service.spec.loadBalancerIP && { usesLoadBalancerIp: true as const }),
      intent: parseIntent(service),
      ...deleted,
    };
  });
  return new Map(declared.map((one) => [intentKey(one), one]));
}

function writesFor(
  listed: Map<string, Declared>,
  known: Map<string, Row<Declared>>,
  news: (declared: Declared) => boolean,
): Write<Declared>[] {
  return [...listed].flatMap(([key, value]): Write<Declared>[] => {
    const row = known.get(key);
    if (!row) return [{ do: "insert", key, value }];
    if (news(row.value) || sameDeclaration(row.value, value)) return [];
    return [{ do: "replace", key, value, version: row.version }];
  });
}

/** Every write names the version it was decided on: admission may speak at any moment. */
async function writeAll(run: Run, cluster: string, writes: readonly Write<Declared>[]): Promise<void> {
  const alone = writes.filter((write) => write.do === "remove").map((write) => [write]);
  const together = writes.filter((write) => write.do !== "remove");
  const batches = [
    ...Array.from({ length: Math.ceil(together.length / BATCH) }, (_, n) =>
      together.slice(n * BATCH, (n + 1) * BATCH),
    ),
    ...alone,
  ];
  for (const batch of batches) {
    const written = await run.ports.tables.intents.transact(cluster, batch);
    if (!written.ok)
      throw new Conflict(
        `${cluster}: ${batch[written.index]?.key} changed while the snapshot was taken; send it again`,
      );
  }
}

function sameDeclaration(known: Declared, listed: Declared): boolean {
  const marks = ({ deletedAtUtc, usesLoadBalancerIp }: Declared) =>
    JSON.stringify([deletedAtUtc, usesLoadBalancerIp]);
  return sameIntent(known, listed) && marks(known) === marks(listed);
}

function sameIntent(known: Declared, listed: Declared): boolean {
  const content = ({ uid, intent }: Declared) => JSON.stringify([uid, intent]);
  return content(known) === content(listed);
}

/** A list that lies once may lie twice: what a cluster had within a week is remembered. */
const REMEMBERED_DAYS = 7;
const DAY = 24 * 3_600_000;

interface Seen {
  readonly listed: ReadonlyMap<string, Declared>;
  readonly known: ReadonlyMap<string, Row<Declared>>;
  /** True for what admission said while the list may have been on its way. */
  readonly news: (declared: Declared) => boolean;
  readonly told: Pick<Snapshot, "webhook">;
}

async function recordSnapshot(run: Run, cluster: string, seen: Seen): Promise<void> {
  const services = seen.listed.size;
  const previous = (await run.ports.tables.snapshots.get("all", cluster))?.value;
  const takenAtUtc = run.now().toISOString();
  const since = new Date(run.now().getTime() - REMEMBERED_DAYS * DAY).toISOString().slice(0, 10);
  const known = Object.entries(previous?.byDay ?? {}).filter(([day]) => day >= since);
  const counts = known.map(([, count]) => count);
  const previousServices = Math.max(...(counts.length > 0 ? counts : [previous?.services ?? services]));
  const today = takenAtUtc.slice(0, 10);
  const byDay = Object.fromEntries(known);
  byDay[today] = Math.max(byDay[today] ?? 0, services);
  const unannounced = previous && missedBy(previous, seen, takenAtUtc);
  const value: Snapshot = {
    cluster,
    takenAtUtc,
    services,
    previousServices,
    byDay,
    ...seen.told,
    ...(unannounced && { unannounced }),
  };
  await run.ports.tables.snapshots.transact("all", [{ do: "put", key: cluster, value }]);
}

/** A Service that is new or otherwise declared, and of which admission said nothing: its webhook does not reach us. */
function missedBy(
  { unannounced }: Snapshot,
  { listed, known, news }: Seen,
  takenAtUtc: string,
): Unannounced | undefined {
  const missed = [...listed].filter(([key, value]) => {
    const row = known.get(key)?.value;
    return row ? !news(row) && !sameIntent(row, value) : true;
  });
  const heard = [...known.values()].some(
    ({ value }) => value.origin === "admission" && value.observedAtUtc > (unannounced?.lastAtUtc ?? ""),
  );
  const before = heard ? undefined : unannounced;
  const [first] = missed;
  if (!first) return before;
  return { count: (before?.count ?? 0) + missed.length, lastAtUtc: takenAtUtc, example: first[0] };
}
