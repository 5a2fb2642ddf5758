/** Takes the asked addresses for a Service, or tells who has them: the rules `address-in-use` and `address-reserved`. */
import { formatAddress } from "../addresses/prefix.ts";
import type { Cluster } from "../clusters/model.ts";
import type { AddressRow, SubnetRow } from "../inventory/model.ts";
import { serviceName } from "../inventory/owner.ts";
import { findTaken, reserve, type ReservationRequest } from "../inventory/reserve.ts";
import { suggestFree } from "../inventory/suggest.ts";
import type { ServiceKey } from "../intents/model.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { knownPolicy } from "./known.ts";
import type { RuleFinding, RuleInput } from "./rule.ts";
import { addressInUse, addressReserved } from "./rules/holder.ts";
import { validAddresses } from "./rules/requested.ts";

export interface Asking {
  readonly cluster: Cluster;
  readonly input: RuleInput;
  readonly owner: ServiceKey;
  /** Only look: the Service is refused already, or it is a dry run. */
  readonly readOnly: boolean;
}

/** Empty if every address is now the Service's own (or could be, when only looking), or if none can be asked for here. */
export async function holderFindings(run: Run, asking: Asking): Promise<RuleFinding[]> {
  const subnet = asking.input.inventory?.subnet;
  const requested = validAddresses(asking.input);
  if (!subnet || requested.length === 0) return [];
  const { policy } = await knownPolicy(run);
  const request: ReservationRequest = {
    subnetId: subnet.id,
    addresses: requested.map(({ address }) => formatAddress(address)),
    owner: asking.owner,
    expiresAtUtc: new Date(run.now().getTime() + policy.reservationMinutes * 60_000).toISOString(),
    mayShare: (holderId) => isOwnFrontend(asking.cluster, holderId),
  };
  const taken = await takenBy(run, request, asking.readOnly);
  return Promise.all(taken.map((row) => toFinding(run, asking, { row, subnet })));
}

async function takenBy(
  run: Run,
  request: ReservationRequest,
  readOnly: boolean,
): Promise<readonly AddressRow[]> {
  if (readOnly) return findTaken(run, request);
  const reserved = await reserve(run, request);
  return reserved.ok ? [] : reserved.taken;
}

/** A frontend of a load balancer in the cluster's own node resource group: its Services share it by design. */
function isOwnFrontend(cluster: Cluster, holderId: string): boolean {
  const holder = parseResourceId(holderId);
  const home = parseResourceId(cluster.resourceId);
  return (
    holder?.type.toLowerCase() === "microsoft.network/loadbalancers/frontendipconfigurations" &&
    holder.subscription.toLowerCase() === home?.subscription.toLowerCase() &&
    holder.resourceGroup.toLowerCase() === cluster.nodeResourceGroup.toLowerCase()
  );
}

async function toFinding(
  run: Run,
  { input }: Asking,
  { row, subnet }: { row: AddressRow; subnet: SubnetRow },
): Promise<RuleFinding> {
  const suggestions = await suggestFree(run, subnet, row.address, input.excludedRanges);
  const asked = validAddresses(input).find(({ address }) => formatAddress(address) === row.address);
  const rule = row.assignment ? addressInUse : addressReserved;
  return {
    rule: rule.id,
    severity: rule.severity,
    field: asked?.field ?? "",
    value: row.address,
    message: row.assignment ? `${row.address} is in use by ${row.assignment.holderId}` : reservedBy(row),
    suggestions,
  };
}

function reservedBy({ address, reservation }: AddressRow): string {
  if (!reservation) return `${address} is reserved`;
  return `${address} is reserved for Service ${serviceName(reservation.owner)} until ${reservation.expiresAtUtc}`;
}
