import { holderName } from "../../azure/holderName.ts";
import { resourceName } from "../../azure/resourceId.ts";
import { serviceName } from "../../inventory/owner.ts";
import { defineCheck, type Subjects } from "../check.ts";
import { serviceOf } from "./about.ts";

/** A scan runs every 15 minutes: two scans must have missed the change. */
const SETTLES_MINUTES = 30;
const TARGETS = { frontend: "frontend", pls: "Private Link Service" } as const;

export const addressUnrecorded = defineCheck({
  id: "address-unrecorded",
  title: "An address that is in use in Azure is missing from the inventory",
  severity: "warning",
  docs: "Admission decides by the inventory: it would allow a Service to claim the address, and Azure would then refuse it. Two scans should have recorded the use.",
  on: "address",
  check: (subject) => {
    const { address, holderId, recordedId } = subject;
    if (holderId === undefined) return undefined;
    const recorded = recordedId ?? "no resource";
    return {
      ...place(subject),
      message: `${address} in subnet ${subnetName(subject)} is assigned to ${holderId}; the inventory records ${recorded}`,
      advice:
        "check whether inventory scans succeed: mooring doctor (check operations) reports the cause of a failed scan",
      declared: recorded,
      actual: holderId,
      settlesWithinMinutes: SETTLES_MINUTES,
    };
  },
});

export const addressStale = defineCheck({
  id: "address-stale",
  title: "The inventory records an address as in use that is no longer in use in Azure",
  severity: "info",
  docs: "The address is free, but Services that request it are refused until a scan updates the inventory.",
  on: "address",
  check: (subject) => {
    const { address, holderId, recordedId } = subject;
    if (holderId !== undefined || recordedId === undefined) return undefined;
    return {
      ...place(subject),
      message: `the inventory records ${address} in subnet ${subnetName(subject)} as assigned to ${recordedId}; Azure no longer reports this use`,
      advice:
        "check whether inventory scans succeed: mooring doctor (check operations) reports the cause of a failed scan",
      declared: recordedId,
      settlesWithinMinutes: SETTLES_MINUTES,
    };
  },
});

/** An address has no ARM id. Its finding uses the id of its subnet with `/addresses/ADDRESS` appended. */
function place({ subnetId, address }: Subjects["address"]) {
  return { about: `${subnetId}/addresses/${address}` };
}

function subnetName({ subnetId }: Subjects["address"]): string {
  return resourceName(subnetId);
}

export const addressInUse = defineCheck({
  id: "address-in-use",
  title: "The address that a Service requests is in use",
  severity: "error",
  docs: "The cloud controller cannot create the Service's frontend or Private Link Service while another resource or Service uses the address.",
  on: "claim",
  check: ({ declared, what, address, subnet, holder }) => {
    const who =
      "holderId" in holder
        ? `is assigned to ${holderName(holder.holderId)}`
        : `is claimed by Service ${serviceName(holder.claim.owner)}`;
    return {
      ...serviceOf(declared),
      message: `the Service requests ${address} for its ${TARGETS[what]}; in subnet ${subnet.name} the address ${who}`,
      advice: "request another address for the Service, or release this one",
      declared: address,
      ...("holderId" in holder && { actual: holder.holderId }),
    };
  },
});

export const addressUnavailable = defineCheck({
  id: "address-unavailable",
  title: "Azure reports the address that a Service claims as unavailable",
  severity: "error",
  docs: "Azure refuses the frontend, or the Private Link Service, with this address. The inventory did not show that the address is in use: it may have been assigned since the last scan, or to a resource that Mooring may not read.",
  on: "unavailable",
  check: ({ service, addresses }) => {
    if (addresses.length === 0) return undefined;
    const holders = addresses.flatMap(({ problem }) => problem.holderId ?? []);
    return {
      ...serviceOf(service),
      message: addresses.map(unavailableText).join("; "),
      advice:
        "request one of the free addresses, or release this one in Azure; the next audit checks the address again",
      declared: addresses.map(({ address }) => address).join(", "),
      ...(holders.length > 0 && { actual: holders.join(", ") }),
    };
  },
});

function unavailableText({ address, subnet, problem }: Subjects["unavailable"]["addresses"][number]): string {
  const { holderId, alternatives } = problem;
  const holder =
    holderId === undefined
      ? "no readable list contains the resource that uses it"
      : `it is in use by ${holderId}`;
  const free =
    alternatives.length > 0
      ? `free in this subnet: ${alternatives.join(", ")}`
      : "Azure suggests no free address";
  return `Azure reports ${address} in subnet ${subnet} as unavailable, ${holder}; ${free}`;
}
