/**
 * Proposals of admission: stored in addition to confirmations, never instead of them. The API server may
 * still refuse the object (the name exists, a quota, another webhook), and a request may arrive late or
 * twice. A proposal ends when the cluster confirms it, or when enough later reports do not contain it.
 * Partition = cluster; key = `namespace/name uid version`.
 */
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { contentOf, declarationKey, findConfirmed } from "./confirmed.ts";
import type { Proposal } from "./model.ts";

/**
 * Longer than an API server processes a request. @see
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ (--request-timeout)
 */
const SETTLE_SECONDS = 90;
/** Required number of later complete lists, so that a clock alone does not decide. */
const SETTLE_LISTS = 3;

/** One unconditional write: requests about different versions of a Service have different rows. */
export async function propose(run: Run, declared: Declared): Promise<void> {
  const key = proposalKey(declared);
  await run.ports.tables.proposals.transact(declared.cluster, [{ do: "put", key, value: { declared } }]);
}

function proposalKey(declared: Declared): string {
  const { uid, resourceVersion = "", deletedAtUtc } = declared;
  return `${declarationKey(declared)} ${uid} ${resourceVersion}${deletedAtUtc === undefined ? "" : " deleted"}`;
}

/**
 * The same before the decision on the request: never replaces a proposal of another request, which may be
 * accepted. @returns a function that removes the proposal if the request is refused; `undefined` if such a
 * proposal exists
 */
export async function proposeNew(run: Run, declared: Declared): Promise<(() => Promise<void>) | undefined> {
  const { proposals } = run.ports.tables;
  const key = proposalKey(declared);
  const written = await proposals.transact(declared.cluster, [{ do: "insert", key, value: { declared } }]);
  const [version] = written.ok ? written.versions : [];
  if (version === undefined) return undefined;
  return async () => void (await proposals.transact(declared.cluster, [{ do: "remove", key, version }]));
}

export async function listProposals(run: Run, cluster: string): Promise<Row<Proposal>[]> {
  return Array.fromAsync(run.ports.tables.proposals.list(cluster));
}

/** Proposals of admission for one Service, with any uid. */
export async function proposalsOf(run: Run, { cluster, ...service }: ServiceKey): Promise<Declared[]> {
  const key = declarationKey(service);
  const range = { from: `${key} `, to: `${key} \uffff` };
  const rows = await Array.fromAsync(run.ports.tables.proposals.list(cluster, range));
  return rows.map(({ value }) => value.declared);
}

/** Ends proposals that a window confirms. @param changed keys of the Services that it changed */
export async function endMet(run: Run, cluster: string, changed: ReadonlySet<string>): Promise<void> {
  for (const row of await listProposals(run, cluster)) {
    const key = declarationKey(row.value.declared);
    if (changed.has(key) && isMet(row.value.declared, await findConfirmed(run, cluster, key)))
      await end(run, row);
  }
}

/**
 * Ends proposals by a complete list. Returns those that never came to be, or not as proposed.
 * @param release called with each of these before it ends: a process that is killed in between finds it again
 */
export async function settleProposals(
  run: Run,
  cluster: string,
  release: Release = async () => undefined,
): Promise<readonly Declared[]> {
  const dropped: Declared[] = [];
  for (const row of await listProposals(run, cluster)) {
    const { declared, seen } = row.value;
    const isMetNow = isMet(declared, await findConfirmed(run, cluster, declarationKey(declared)));
    // An absent Service may not exist yet: a DELETE is confirmed by a second list.
    if (isMetNow && (declared.deletedAtUtc === undefined || seen)) await end(run, row);
    else if (!isOverdue(run, row.value)) await markSeen(run, row);
    else {
      await release(declared);
      if (await end(run, row)) dropped.push(declared);
    }
  }
  return dropped;
}

/** Releases what was claimed for a proposal. */
export type Release = (refused: Declared) => Promise<void>;

/** True if both are from the same admission request. Pure. */
export function isSameProposal(a: Declared, b: Declared): boolean {
  return proposalKey(a) === proposalKey(b);
}

/** A DELETE is met when the uid is not confirmed any more, anything else when it is confirmed as proposed. Pure. */
function isMet(proposed: Declared, confirmed: Declared | undefined): boolean {
  if (proposed.deletedAtUtc !== undefined) return confirmed?.uid !== proposed.uid;
  return confirmed !== undefined && contentOf(confirmed) === contentOf(proposed);
}

function isOverdue(run: Run, { seen }: Proposal): boolean {
  if (!seen || seen.lists < SETTLE_LISTS) return false;
  return (run.now().getTime() - Date.parse(seen.atUtc)) / 1000 >= SETTLE_SECONDS;
}

async function markSeen(run: Run, { partition, key, version, value }: Row<Proposal>): Promise<void> {
  const { lists = 0, atUtc = run.now().toISOString() } = value.seen ?? {};
  const seen = { lists: lists + 1, atUtc };
  // If admission proposed the same again in the meantime, the next list decides.
  await run.ports.tables.proposals.transact(partition, [
    { do: "replace", key, value: { ...value, seen }, version },
  ]);
}

/** False if admission proposed the same again in the meantime. */
async function end(run: Run, { partition, key, version }: Row<Proposal>): Promise<boolean> {
  return (await run.ports.tables.proposals.transact(partition, [{ do: "remove", key, version }])).ok;
}
