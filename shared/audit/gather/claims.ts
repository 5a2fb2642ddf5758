/** Compares requested static addresses with their assignments and claims, and with the result of their verification by Azure. */
import { addressKey } from "../../azure/addressKey.ts";
import type { Cluster } from "../../declarations/clusterModel.ts";
import type { AddressRow, ClaimProblem, SubnetRow } from "../../inventory/model.ts";
import { isProvedDeleted } from "../../inventory/claimStatus.ts";
import { liveClaims } from "../../inventory/obstacle.ts";
import { wantedPlaces } from "../../inventory/places.ts";
import { confirmClaims } from "../../inventory/confirmClaims.ts";
import { sameOwner, sameService, serviceName } from "../../inventory/owner.ts";
import type { Declared, ServiceKey } from "../../kubernetes/intent.ts";
import { clusterOfFrontend } from "../../declarations/plsOwner.ts";
import { canonicalId, FRONTEND_TYPE, PLS_TYPE, typeOf } from "../../azure/resourceId.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";
import { mapAtMost } from "../../core/waitForAll.ts";

const AT_ONCE = 16;

/** A cluster of a virtual network and its internal Services: confirmed ones, and those that admission proposed. */
export interface Tenant {
  readonly cluster: Cluster;
  readonly declared: readonly Declared[];
}

interface Claim extends Omit<Subjects["claim"], "holder"> {
  readonly cluster: Cluster;
}

/** A claimed address that Azure reports as unavailable. */
export interface Marked {
  readonly service: ServiceKey;
  readonly subnet: Pick<SubnetRow, "id" | "name">;
  readonly address: string;
  readonly problem: ClaimProblem;
}

export interface Claims {
  /** Of confirmed Services. */
  readonly inUse: readonly Subjects["claim"][];
  readonly marked: readonly Marked[];
  /** Number of addresses that confirmed Services request. */
  readonly looked: number;
}

/** One point read for each requested address: there are few of them. */
export async function judgeClaims(
  run: Run,
  subnets: readonly SubnetRow[],
  tenants: readonly Tenant[],
): Promise<Claims> {
  // What a deleted cluster declared last is no declaration any more.
  const living = tenants.filter(({ cluster }) => !isProvedDeleted(cluster));
  const claims = living.flatMap(({ cluster, declared }) =>
    declared.flatMap((one) => claimsOf(one, cluster, subnets)),
  );
  const judged = await mapAtMost(AT_ONCE, claims, (claim) => judge(run, claim));
  await claimAgain(
    run,
    subnets,
    judged.flatMap(({ lost }) => lost ?? []),
  );
  return {
    inUse: judged.flatMap(({ inUse }) => inUse ?? []),
    marked: judged.flatMap(({ marked }) => marked),
    looked: claims.filter(({ declared }) => declared.strength === "confirmation").length,
  };
}

/** One subject for each Service, with its addresses in a fixed order. */
export function unavailableSubjects(marked: readonly Marked[]): Subjects["unavailable"][] {
  return [...Map.groupBy(marked, ({ service }) => serviceName(service)).values()].flatMap((own) => {
    const distinct = new Map(own.map((one) => [`${canonicalId(one.subnet.id)} ${one.address}`, one]));
    const addresses = [...distinct]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { address, subnet, problem }]) => ({ address, subnet: subnet.name, problem }));
    const service = own[0]?.service;
    return service ? [{ service, addresses }] : [];
  });
}

/** Requested addresses of a Service; names of Private Link Services have their own checks. */
function claimsOf(declared: Declared, cluster: Cluster, subnets: readonly SubnetRow[]): Claim[] {
  return wantedPlaces(declared, cluster, subnets).flatMap(({ what, partition, text }) => {
    const subnet = subnets.find(({ id }) => canonicalId(id) === partition);
    return subnet && what !== "plsName" ? [{ declared, cluster, what, address: text, subnet }] : [];
  });
}

/** Records the missing claims of confirmed Services again: reports of clusters only claim what changes. */
async function claimAgain(run: Run, subnets: readonly SubnetRow[], lost: readonly Claim[]): Promise<void> {
  for (const own of Map.groupBy(lost, ({ cluster: { name } }) => name).values()) {
    const [first] = own;
    if (!first) continue;
    const declared = [...new Set(own.map((one) => one.declared))];
    run.log.warn("claims recorded again", { cluster: first.cluster.name, services: declared.length });
    // Every list is newer than this claim: its declaration is already recorded.
    await confirmClaims(run, first.cluster, { declared, subnets, sequence: 0 });
  }
}

interface Judged {
  /** Set if a confirmed Service has no claim. */
  readonly lost?: Claim;
  readonly inUse?: Subjects["claim"];
  readonly marked: readonly Marked[];
}

async function judge(run: Run, claim: Claim): Promise<Judged> {
  const { declared, what, address, subnet } = claim;
  const row = await run.ports.tables.addresses.get(canonicalId(subnet.id), addressKey(address));
  const isConfirmed = declared.strength === "confirmation";
  const isLost = isConfirmed && !row?.value.claims?.some((one) => sameOwner(one.owner, declared));
  const lost = isLost ? { lost: claim } : {};
  if (!row) return { ...lost, marked: [] };
  const nowUtc = run.now().toISOString();
  const holder = isConfirmed ? otherHolder(row.value, claim, nowUtc) : undefined;
  return {
    ...lost,
    ...(holder && { inUse: { declared, what, address, subnet, holder } }),
    marked: markedIn(row.value, claim, nowUtc),
  };
}

/** Excludes marks that a later scan explains: the next verification clears them. */
function markedIn(row: AddressRow, claim: Claim, nowUtc: string): Marked[] {
  const { declared, subnet, what } = claim;
  if (what === "frontend" && row.assignment && isOwn(row.assignment.holderId, claim)) return [];
  return liveClaims(row, nowUtc)
    .filter(({ owner }) => sameService(owner, declared))
    .flatMap(({ owner, problem }) =>
      problem ? [{ service: owner, subnet, address: row.address, problem }] : [],
    );
}

function otherHolder(
  row: AddressRow,
  requested: Claim,
  nowUtc: string,
): Subjects["claim"]["holder"] | undefined {
  const holderId = row.assignment?.holderId;
  if (holderId !== undefined) return isOwn(holderId, requested) ? undefined : { holderId };
  const claim = liveClaims(row, nowUtc).find(
    ({ owner }) => !sameService(owner, requested.declared) && owner.cluster !== requested.declared.cluster,
  );
  return claim && { claim };
}

/** Services of a cluster may share its frontends; the owner of a PLS is judged by the checks of `pls`. */
function isOwn(holderId: string, { what, cluster }: Claim): boolean {
  const type = typeOf(holderId);
  if (what === "pls") return type === PLS_TYPE;
  return type === FRONTEND_TYPE && clusterOfFrontend(holderId, [cluster]) !== undefined;
}
