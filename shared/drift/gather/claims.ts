/** Static addresses that Services ask for, held against who has them. */
import { addressKey } from "../../addresses/key.ts";
import { contains, parseAddress, parsePrefixes } from "../../addresses/prefix.ts";
import type { Cluster } from "../../clusters/model.ts";
import type { AddressRow, SubnetRow } from "../../inventory/model.ts";
import { liveClaims } from "../../inventory/obstacle.ts";
import { sameService } from "../../inventory/owner.ts";
import type { Declared } from "../../intents/model.ts";
import { clusterOfFrontend } from "../../links/owner.ts";
import { canonicalId, parseResourceId } from "../../network/resourceId.ts";
import type { Run } from "../../ports.ts";
import type { Subjects } from "../check.ts";
import { mapAtMost } from "../../waitForAll.ts";

const AT_ONCE = 16;
const FRONTEND_TYPE = "microsoft.network/loadbalancers/frontendipconfigurations";
const LINK_TYPE = "microsoft.network/privatelinkservices";

/** A cluster of a virtual network, and its living internal Services. */
export interface Tenant {
  readonly cluster: Cluster;
  readonly declared: readonly Declared[];
}

interface Claim extends Omit<Subjects["claim"], "taken"> {
  readonly cluster: Cluster;
}

export interface Claims {
  readonly taken: readonly Subjects["claim"][];
  /** Addresses asked for. */
  readonly looked: number;
}

/** A point read for each address that is asked for: they are few. */
export async function findTakenClaims(
  run: Run,
  subnets: readonly SubnetRow[],
  tenants: readonly Tenant[],
): Promise<Claims> {
  const claims = tenants.flatMap(({ cluster, declared }) =>
    declared.flatMap((one) => claimsOf(one, cluster, subnets)),
  );
  const taken = await mapAtMost(AT_ONCE, claims, (claim) => judge(run, claim));
  return { taken: taken.flat(), looked: claims.length };
}

function claimsOf(declared: Declared, cluster: Cluster, subnets: readonly SubnetRow[]): Claim[] {
  const { intent } = declared;
  const { ipv4, ipv6 } = intent.addresses;
  const find = (name = cluster.defaultSubnet) =>
    subnets.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const claim = (what: Claim["what"], text: string | undefined, subnet: SubnetRow | undefined): Claim[] => {
    const address = text === undefined ? undefined : parseAddress(text);
    // What is no address of the subnet is the gate's business.
    if (!text || !address || !subnet) return [];
    const isInside = parsePrefixes(subnet.prefixes).some((prefix) => contains(prefix, address));
    return isInside ? [{ declared, cluster, what, address: text, subnet }] : [];
  };
  const frontendSubnet = find(intent.subnet);
  return [
    ...claim("frontend", ipv4, frontendSubnet),
    ...claim("frontend", ipv6, frontendSubnet),
    ...(intent.link?.natIps ?? []).flatMap((text) => claim("link", text, find(intent.link?.subnet))),
  ];
}

async function judge(run: Run, claim: Claim): Promise<Subjects["claim"][]> {
  const { declared, what, address, subnet } = claim;
  const row = await run.ports.tables.addresses.get(canonicalId(subnet.id), addressKey(address));
  const taken = row && takenBy(row.value, claim, run.now().toISOString());
  return taken ? [{ declared, what, address, subnet, taken }] : [];
}

function takenBy(row: AddressRow, wanted: Claim, nowUtc: string): Subjects["claim"]["taken"] | undefined {
  const holderId = row.assignment?.holderId;
  if (holderId !== undefined) return isOwn(holderId, wanted) ? undefined : { holderId };
  const claim = liveClaims(row, nowUtc).find(
    ({ owner }) => !sameService(owner, wanted.declared) && owner.cluster !== wanted.declared.cluster,
  );
  return claim && { claim };
}

/** Services of a cluster share its frontends by design; whose a link is, the links' checks tell. */
function isOwn(holderId: string, { what, cluster }: Claim): boolean {
  const type = parseResourceId(holderId)?.type.toLowerCase();
  if (what === "link") return type === LINK_TYPE;
  return type === FRONTEND_TYPE && clusterOfFrontend(holderId, [cluster]) !== undefined;
}
