/** The finding about a Service that claims addresses which Azure reports as unavailable, written between audits. */
import type { Cluster } from "../declarations/clusterModel.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { Conflict } from "../core/errors.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { runChecks } from "./checks.ts";
import { findingKey, FINDINGS } from "../findings/findingStore.ts";
import { judgeClaims, unavailableSubjects, type Marked } from "./gather/claims.ts";
import { findingId, seenBetween, unseen } from "./lifecycle.ts";
import { difference } from "./record.ts";
import { vnetScope } from "./scopes.ts";
import type { CheckedDraft } from "./checks.ts";
import type { Finding } from "../findings/finding.ts";

const CHECK = "address-unavailable";
const MAX_ROUNDS = 6;

interface About {
  readonly cluster: Cluster;
  readonly owner: ServiceKey;
  readonly vnetId: string;
  /** Results of this verification: admission may not have stored its proposal yet. */
  readonly marked: readonly Marked[];
}

/** Opens, updates or resolves the finding. An audit gives the same result. @throws Conflict after repeated concurrent writes */
export async function recordUnavailable(run: Run, about: About): Promise<void> {
  const { policy } = await readPolicy(run);
  const subjects = await subjectsOf(run, about);
  const [draft] = runChecks("unavailable", subjects, policy.audit.checks);
  const { cluster, namespace, name } = about.owner;
  const scope = vnetScope(about.vnetId);
  const id = findingId(CHECK, `${cluster}/${namespace}/${name}`);
  for (let round = 0; round < MAX_ROUNDS; round += 1)
    if (await write(run, { scope, draft, key: findingKey({ scope, check: CHECK, id }) })) return;
  throw new Conflict(`finding ${id} keeps changing`);
}

async function subjectsOf(run: Run, { cluster, owner, vnetId, marked }: About) {
  const [rows, confirmed, proposals] = await waitForAll([
    Array.fromAsync(run.ports.tables.subnets.list(canonicalId(vnetId))),
    findConfirmed(run, cluster.name, declarationKey(owner)),
    proposalsOf(run, owner),
  ]);
  const all = confirmed ? [confirmed, ...proposals] : proposals;
  const declared = all.filter(({ deletedAtUtc, intent }) => deletedAtUtc === undefined && intent.internal);
  const subnets = rows.map(({ value }) => value);
  const claims = await judgeClaims(run, subnets, [{ cluster, declared }]);
  return unavailableSubjects([...marked, ...claims.marked]);
}

interface Writing {
  readonly scope: string;
  readonly key: string;
  readonly draft: CheckedDraft | undefined;
}

async function write(run: Run, { scope, key, draft }: Writing): Promise<boolean> {
  const { findings } = run.ports.tables;
  const row = await findings.get(FINDINGS, key);
  const atUtc = run.now().toISOString();
  const value = next(row?.value, { draft, scope, atUtc, runId: run.newId() });
  const change = difference(key, row, value);
  return change === undefined || (await findings.transact(FINDINGS, [change])).ok;
}

interface Now extends Pick<Writing, "draft" | "scope"> {
  readonly atUtc: string;
  readonly runId: string;
}

function next(before: Finding | undefined, { draft, scope, atUtc, runId }: Now): Finding | undefined {
  if (draft) return seenBetween(before, draft, { scope, atUtc });
  return before && unseen(before, { runId, atUtc });
}
