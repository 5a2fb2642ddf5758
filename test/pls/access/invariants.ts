/** What holds of every write to a Private Link Service or a private endpoint connection, whatever happens around it. */
export const ACCESS_INVARIANTS = {
  widened:
    "Mooring opens access to no subscription that the Service has not declared since another writer wrote the resource",
  confirmed: "Mooring opens access to no subscription that is not in what the cluster confirmed last",
  allowed: "Mooring opens access to no subscription that policy does not allow",
  evidence: "every write that opens access states two sources",
  recent: "nothing is opened on a report that is older than the stale time",
  overwritten: "no value is overwritten that the plan did not show: a newer write by another writer stays",
  fight: "no field is repaired more often within an hour than policy allows",
  decided: "what an operator decided about a connection stays",
  foreign: "no Private Link Service is written that the controller created for another Service",
  converged: "in the end every Private Link Service is as declared",
} as const;
export type AccessInvariant = keyof typeof ACCESS_INVARIANTS;
