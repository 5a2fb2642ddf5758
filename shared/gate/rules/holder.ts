/** The rules that the reservation decides: it alone sees the address row at the moment of taking it. */
import type { Rule } from "../rule.ts";
import type { Target } from "./requested.ts";

const decidedByReservation = () => [];

export const addressInUse = ({ idPrefix, noun }: Target): Rule => ({
  id: `${idPrefix}address-in-use`,
  title: `Azure has given the ${noun} to another resource`,
  severity: "deny",
  reads: "requested addresses, the address inventory",
  needsState: true,
  docs: "Internal frontends of the same cluster are not another resource for a frontend: that is how Services share one.",
  check: decidedByReservation,
});

export const addressReserved = ({ idPrefix, noun }: Target): Rule => ({
  id: `${idPrefix}address-reserved`,
  title: `The ${noun} is reserved for another Service`,
  severity: "deny",
  reads: "requested addresses, reservations of every cluster in the virtual network",
  needsState: true,
  docs: "A reservation holds until Azure confirms the Service's frontend or the reservation expires.",
  check: decidedByReservation,
});

export const addressPortConflict: Rule = {
  id: "address-port-conflict",
  title: "A shared frontend already has this protocol and port",
  severity: "deny",
  reads: "requested addresses, spec.ports, rules of the frontend and reservations of the same cluster",
  needsState: true,
  docs: "Services of one cluster share an address on different ports; Azure refuses the same port twice.",
  check: decidedByReservation,
};
