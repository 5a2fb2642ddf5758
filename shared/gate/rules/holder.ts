/** The two rules that the reservation decides: it alone sees the address row at the moment of taking it. */
import type { Rule } from "../rule.ts";

const decidedByReservation = () => [];

export const addressInUse: Rule = {
  id: "address-in-use",
  title: "Azure has given the address to another resource",
  severity: "deny",
  reads: "requested addresses, the address inventory",
  needsState: true,
  docs: "Internal frontends of the same cluster are not another resource: that is how Services share a frontend.",
  check: decidedByReservation,
};

export const addressReserved: Rule = {
  id: "address-reserved",
  title: "The address is reserved for another Service",
  severity: "deny",
  reads: "requested addresses, reservations of every cluster in the virtual network",
  needsState: true,
  docs: "A reservation holds until Azure confirms the Service's frontend or the reservation expires.",
  check: decidedByReservation,
};
