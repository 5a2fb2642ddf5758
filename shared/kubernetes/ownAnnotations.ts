/** Mooring's own annotations; the cloud controller does not read them. `docs/annotations.md` lists them. */
export const OWN_ANNOTATIONS = {
  address: {
    key: "mooring.dev/address",
    doc: "`auto`: the companion picks a free address, reserves it and writes it into the Service, which keeps it from then on",
  },
  addressPool: {
    key: "mooring.dev/address-pool",
    doc: "With `mooring.dev/address: auto`: the policy's pool to pick from; without it the whole subnet",
  },
  replaces: {
    key: "mooring.dev/replaces",
    doc: "`[cluster/]namespace/name` of the Service that this one replaces: admission lets it declare the same addresses and Private Link Service name while that Service still has them, and the controller retries until they are free",
  },
  allowDisconnect: {
    key: "mooring.dev/allow-disconnect",
    doc: "`true`: the Private Link Service may go although consumers are connected to it",
  },
} as const;

/** The one value of `mooring.dev/address`. */
export const AUTO = "auto";
