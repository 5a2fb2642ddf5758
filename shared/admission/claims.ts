/** Claims the requested addresses and names for a Service, or finds the Services and resources that have them. */
import { ANNOTATIONS } from "../kubernetes/annotations.ts";
import { formatAddress } from "../azure/prefix.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { isControllers } from "../kubernetes/frontendName.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import { countWhile, type Counted, type Exceeded } from "../inventory/claimQuota.ts";
import { askToVerify, type ClaimedAddress } from "../inventory/claimWork.ts";
import type { SubnetRow } from "../inventory/model.ts";
import type { Want } from "../inventory/obstacle.ts";
import { sameOwner } from "../inventory/owner.ts";
import { addressPlace, plsNameOf, MOST_ADDRESSES } from "../inventory/places.ts";
import { findTaken, takeClaims, type Beside, type Outcome, type Undo } from "../inventory/takeClaims.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { canonicalId, FRONTEND_TYPE, PLS_TYPE, resourceName, sameId, typeOf } from "../azure/resourceId.ts";
import type { AdmissionMode } from "../policy/modes.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { askHolders, type Answered } from "./handover.ts";
import { cachedPolicy, proposalEnd } from "./cached.ts";
import { onOneBalancer } from "./oneBalancer.ts";
import { reportHandovers, reportQuota, reportTaken } from "./refusals.ts";
import type { RuleFinding, RuleInput } from "./rule.ts";
import type { Severities } from "./rules.ts";
import { CLAIMED, claimQuota, type ClaimedRules } from "./rules/claims.ts";
import { PLS, TARGETS, validAddresses, type Target, type ValidRequest } from "./rules/requested.ts";

export interface Asking {
  readonly cluster: Cluster;
  readonly input: RuleInput;
  readonly owner: ServiceKey;
  readonly severityOf: Severities;
  /** In warn mode the Service is allowed in spite of a conflict. */
  readonly mode: AdmissionMode;
  /** Check without claiming: the Service is already refused, or it is a dry run. */
  readonly readOnly: boolean;
  /** Writes the proposal at the same time as the last claims; `undefined` if it could not be written. */
  readonly propose?: Beside;
}

/** A requested place (address or name), the field that requests it, and the rules that report a conflict. */
export interface Asked extends Want {
  readonly field: string;
  readonly rules: ClaimedRules;
  /** Of an address. */
  readonly subnet?: SubnetRow;
  /** The Service requested it before this update, too. */
  readonly isKept: boolean;
}

/** An address that several Services share is handed over by one Service after the other. */
const MAX_HANDOVERS = 16;

export interface ClaimedPlaces {
  /** Only warnings if every place is claimed for the Service (or could be, if `readOnly`). */
  readonly findings: readonly RuleFinding[];
  /** Addresses that this review claimed. */
  readonly added: readonly ClaimedAddress[];
  /** What `propose` writes was written, and the verification of the added addresses requested. */
  readonly isProposed: boolean;
}

const NONE = { findings: [], added: [], isProposed: false };

export async function claimPlaces(run: Run, asking: Asking): Promise<ClaimedPlaces> {
  const { once, twice } = apart(onOneBalancer(wantsOf(asking)));
  if (once.length === 0) return NONE;
  const own = await reportTaken(run, asking, twice);
  if (asking.readOnly || isRefusedBy(asking, own)) {
    const claimed = await claimAll(run, { ...asking, readOnly: true }, once);
    return { ...NONE, findings: [...(await report(run, asking, claimed)), ...own] };
  }
  const { findings, ...rest } = await claimFree(run, asking, once);
  return { ...rest, findings: [...findings, ...own] };
}

function isRefusedBy({ mode }: Asking, findings: readonly RuleFinding[]): boolean {
  return mode === "enforce" && findings.some(({ severity }) => severity === "deny");
}

/**
 * Claims all places, or none if the Service is refused. If it is allowed in spite of a conflict, it will use the other places too, so that it
 * claims them; the claims of the places in conflict stay as they are. A claim over quota is never kept: a token could exhaust a subnet.
 */
async function claimFree(run: Run, asking: Asking, wants: readonly Asked[]): Promise<ClaimedPlaces> {
  const { claimed, exceeded } = await claimCounted(run, asking, wants);
  const quota = reportQuota(asking, exceeded);
  if (quota.some(({ severity }) => severity === "deny")) return { ...NONE, findings: quota };
  const { refused, isBesideDone: isProposed } = claimed;
  const found = await report(run, asking, claimed);
  if (refused.length === 0) return { findings: [...quota, ...found], added: addedIn(wants), isProposed };
  const rest = wants.filter((want) => !refused.some((one) => isSame(one.want, want)));
  if (rest.length === 0 || isRefusedBy(asking, found)) return { ...NONE, findings: [...quota, ...found] };
  const { findings, ...done } = await claimFree(run, asking, rest);
  return { ...done, findings: [...found, ...findings] };
}

function addedIn(wants: readonly Asked[]): ClaimedAddress[] {
  return wants.flatMap(({ subnet, isKept, text }) =>
    subnet && !isKept ? [{ subnetId: subnet.id, address: text }] : [],
  );
}

async function report(
  run: Run,
  asking: Asking,
  { handovers, refused }: Pick<Claimed, "handovers" | "refused">,
): Promise<RuleFinding[]> {
  return refused.length > 0 ? reportTaken(run, asking, refused) : reportHandovers(asking, handovers);
}

interface Claimed {
  /** The Services that hand a place over. */
  readonly handovers: readonly Answered[];
  readonly refused: readonly Answered[];
  readonly undo: Undo;
  readonly isBesideDone: boolean;
}

const NOTHING = { undo: async () => undefined, isBesideDone: false };

/** What the quota refuses is taken back at once. */
async function claimCounted(
  run: Run,
  asking: Asking,
  wants: readonly Asked[],
): Promise<{ readonly claimed: Claimed; readonly exceeded: readonly Exceeded<Asked>[] }> {
  const { claims: limits } = (await cachedPolicy(run)).policy;
  const severity = asking.severityOf(claimQuota);
  const counted = severity === "off" ? [] : await countedOf(run, asking, { wants, limits });
  let claimed: Claimed = { handovers: [], refused: [], ...NOTHING };
  const exceeded = await countWhile(run, counted, async () => {
    claimed = await claimAll(run, asking, wants);
    return claimed.refused.length === 0;
  });
  if (exceeded.length > 0 && severity === "deny") await claimed.undo();
  return { claimed, exceeded };
}

/** Addresses that the Service did not have before, by subnet. */
async function countedOf(
  run: Run,
  { owner }: Asking,
  { wants, limits }: { readonly wants: readonly Asked[]; readonly limits: Counted["limits"] },
): Promise<Counted<Asked>[]> {
  const expiresAtUtc = await proposalEnd(run);
  const added = wants.filter(({ isKept, subnet }) => subnet !== undefined && !isKept);
  return [...Map.groupBy(added, ({ partition }) => partition).values()].flatMap((places) => {
    const subnet = places[0]?.subnet;
    return subnet ? [{ owner, subnet, places, expiresAtUtc, limits }] : [];
  });
}

/** Repeats while every Service that has one of the places hands it over. */
async function claimAll(run: Run, asking: Asking, wants: readonly Asked[]): Promise<Claimed> {
  const handovers: Answered[] = [];
  for (let round = 0; round < MAX_HANDOVERS; round += 1) {
    const { taken, ...rest } = await claimOnce(run, asking, { wants, handovers });
    if (taken.length === 0) return { handovers, refused: [], ...rest };
    const answers = await askHolders(run, asking, taken);
    const refused = answers.filter((one) => !one.handsOver || isRepeated(one, handovers));
    if (refused.length > 0) return { handovers, refused, ...rest };
    handovers.push(...answers);
  }
  return { handovers, refused: handovers, ...NOTHING };
}

/** The same obstacle again, although its holder handed the place over. */
function isRepeated({ want, obstacle, holder }: Answered, before: readonly Answered[]): boolean {
  return before.some(
    (one) =>
      one.want.key === want.key &&
      one.obstacle.by === obstacle.by &&
      one.holder !== undefined &&
      holder !== undefined &&
      sameOwner(one.holder.owner, holder.owner),
  );
}

interface Claiming {
  readonly wants: readonly Asked[];
  readonly handovers: readonly Answered[];
}

async function claimOnce(
  run: Run,
  { owner, input, readOnly, propose }: Asking,
  { wants, handovers }: Claiming,
): Promise<Outcome<Asked>> {
  const { replaces } = input.intent;
  // What is handed over has a row.
  const isHeld = ({ isKept }: Asked) => isKept || handovers.length > 0;
  const request = {
    owner,
    wants: wants.map((want) => ({ ...want, isHeld: isHeld(want) })),
    yielding: handovers.flatMap(({ holders = [] }) => holders),
    handedOver: new Set(
      handovers.flatMap(({ obstacle }) => (obstacle.by === "holder" ? [canonicalId(obstacle.holderId)] : [])),
    ),
    expiresAtUtc: await proposalEnd(run),
    ...(replaces !== undefined && { replaces }),
  };
  if (!readOnly) return takeClaims(run, request, besideOf(run, wants, propose));
  return { taken: await findTaken(run, request), ...NOTHING };
}

/** The worker reads what is claimed: a message about claims that come to nothing is harmless. */
function besideOf(run: Run, wants: readonly Asked[], propose: Asking["propose"]): Beside | undefined {
  if (!propose) return undefined;
  return async () => (await waitForAll([propose(), askToVerify(run, addedIn(wants))]))[0];
}

function isSame(a: Asked, b: Asked): boolean {
  return a.key === b.key && a.partition === b.partition;
}

const ITSELF = "this Service's own frontend";

/** An address that is requested for both the frontend and the Private Link Service conflicts with itself. */
function apart(wants: readonly Asked[]): { readonly once: Asked[]; readonly twice: Answered[] } {
  const isFirst = (want: Asked, index: number) => wants.findIndex((one) => isSame(one, want)) === index;
  const twice = wants.filter((want, index) => !isFirst(want, index));
  return {
    once: wants.filter(isFirst),
    twice: twice.map((want) => ({
      want,
      row: { address: want.text },
      obstacle: { by: "holder", holderId: ITSELF },
      handsOver: false,
    })),
  };
}

/** The place of each requested address whose subnet is recorded, and of the requested name. */
export function wantsOf({ cluster, input }: Pick<Asking, "cluster" | "input">): Asked[] {
  return [
    ...TARGETS.flatMap((target) => addressesOf(target, { cluster, input })),
    ...nameOf({ cluster, input }),
  ];
}

function addressesOf(target: Target, { cluster, input }: Pick<Asking, "cluster" | "input">): Asked[] {
  const subnet = target.subnet(input.inventory);
  if (!subnet) return [];
  return validAddresses(target, input)
    .slice(0, MOST_ADDRESSES)
    .map((requested): Asked => {
      const isKept = wasRequested(target, input, requested);
      return {
        ...addressPlace(subnet.id, formatAddress(requested.address)),
        field: requested.field,
        rules: CLAIMED[target === PLS ? "pls" : "frontend"],
        subnet,
        isKept,
        ...(target !== PLS && {
          ports: input.intent.ports,
          hadPorts: isKept ? (input.old?.intent.ports ?? []) : [],
        }),
        mayShare: (holderId) =>
          target === PLS ? isOwnPls(holderId, input, isKept) : isOwnFrontend(holderId, cluster),
      };
    });
}

/** Conflicts with a PLS that exists in Azure are reported by rule `pls-name-taken`. */
function nameOf({ cluster, input }: Pick<Asking, "cluster" | "input">): Asked[] {
  const place = plsNameOf(input.intent, cluster);
  if (!place) return [];
  const before = input.old && plsNameOf(input.old.intent, cluster);
  const isKept = before?.key === place.key;
  return [{ ...place, field: ANNOTATIONS.plsName.key, rules: CLAIMED.plsName, isKept, mayShare: () => true }];
}

/** True if the Service requested the same address before this update. */
function wasRequested(target: Target, { old }: RuleInput, { address }: ValidRequest): boolean {
  if (!old) return false;
  return validAddresses(target, old).some(
    (before) => before.address.family === address.family && before.address.value === address.value,
  );
}

/** The cloud controller looks for shared frontends on its own internal load balancers only. */
const INTERNAL_BALANCER = /\/loadBalancers\/[^/]+-internal\/frontendIPConfigurations\//i;

/** Services of a cluster may share its frontends. A manually created one would be deleted with the last Service that shares it. */
function isOwnFrontend(holderId: string, cluster: Cluster): boolean {
  return (
    typeOf(holderId) === FRONTEND_TYPE &&
    INTERNAL_BALANCER.test(holderId) &&
    isControllers(resourceName(holderId)) &&
    clusterOfFrontend(holderId, [cluster]) !== undefined
  );
}

/** True if the address belongs to the Service's own Private Link Service. */
function isOwnPls(holderId: string, { privateLinkServices }: RuleInput, isKept: boolean): boolean {
  if (privateLinkServices?.own && sameId(privateLinkServices.own.id, holderId)) return true;
  return isKept && typeOf(holderId) === PLS_TYPE;
}
