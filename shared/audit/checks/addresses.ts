import { resourceName } from "../../azure/resourceId.ts";
import { serviceName } from "../../inventory/owner.ts";
import { defineCheck, type Subjects } from "../check.ts";
import { serviceOf } from "./about.ts";

/** Scans come every quarter of an hour. */
const SETTLES_MINUTES = 30;
const TARGETS = { frontend: "frontend", pls: "Private Link Service" } as const;

export const addressUnrecorded = defineCheck({
  id: "address-unrecorded",
  title: "Azure shows a use of an address that the inventory lacks",
  severity: "warn",
  docs: "The gate believes the inventory: it would give the address to a Service, and Azure would refuse. Scans should have followed.",
  on: "address",
  check: (subject) => {
    const { address, holderId, recordedId } = subject;
    if (holderId === undefined) return undefined;
    const known = recordedId === undefined ? "nobody" : recordedId;
    return {
      ...place(subject),
      message: `${address} in subnet ${subnetName(subject)} is held by ${holderId}; the inventory has ${known}`,
      advice: "see whether scans of the inventory work: the log of scanInventory tells why one failed",
      declared: known,
      actual: holderId,
      settlesWithinMinutes: SETTLES_MINUTES,
    };
  },
});

export const addressGone = defineCheck({
  id: "address-gone",
  title: "An address is recorded as held, and Azure shows no such use any more",
  severity: "info",
  docs: "The address is free, and Services that ask for it are refused until a scan has seen it.",
  on: "address",
  check: (subject) => {
    const { address, holderId, recordedId } = subject;
    if (holderId !== undefined || recordedId === undefined) return undefined;
    return {
      ...place(subject),
      message: `the inventory has ${address} in subnet ${subnetName(subject)} held by ${recordedId}, which Azure does not show any more`,
      advice: "see whether scans of the inventory work: the log of scanInventory tells why one failed",
      declared: recordedId,
      settlesWithinMinutes: SETTLES_MINUTES,
    };
  },
});

/** An address has no ARM id of its own: it is named as if it were a child of its subnet. */
function place({ subnetId, address }: Subjects["address"]) {
  return { about: `${subnetId}/addresses/${address}` };
}

function subnetName({ subnetId }: Subjects["address"]): string {
  return resourceName(subnetId);
}

export const addressTaken = defineCheck({
  id: "address-taken",
  title: "Somebody else has the address that a Service asks for",
  severity: "error",
  docs: "The controller cannot build the Service's frontend, or its Private Link Service, while Azure gives the address to another.",
  on: "claim",
  check: ({ declared, what, address, subnet, taken }) => {
    const who =
      "holderId" in taken
        ? `is held by ${taken.holderId}`
        : `is declared by Service ${serviceName(taken.claim.owner)}`;
    return {
      ...serviceOf(declared),
      message: `the Service asks for ${address} for its ${TARGETS[what]}; in subnet ${subnet.name} it ${who}`,
      advice: "give the Service another address, or free this one",
      declared: address,
      ...("holderId" in taken && { actual: taken.holderId }),
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
        "request one of the free addresses, or release this one in Azure; Azure is asked again at the next audit",
      declared: addresses.map(({ address }) => address).join(", "),
      ...(holders.length > 0 && { actual: holders.join(", ") }),
    };
  },
});

function unavailableText({ address, subnet, problem }: Subjects["unavailable"]["addresses"][number]): string {
  const { holderId, alternatives } = problem;
  const holder = holderId === undefined ? "no list shows what uses it" : `it is in use by ${holderId}`;
  const free =
    alternatives.length > 0
      ? `free in this subnet: ${alternatives.join(", ")}`
      : "Azure names no free address";
  return `Azure reports ${address} in subnet ${subnet} as unavailable, ${holder}; ${free}`;
}
