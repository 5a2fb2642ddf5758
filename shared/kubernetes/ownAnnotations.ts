/** Mooring's own annotations; the cloud controller does not read them. `docs/reference/annotations.md` lists them. */
export const OWN_ANNOTATIONS = {
  address: {
    key: "mooring.dev/address",
    doc: "`auto`: the mutating webhook chooses and claims a free address and writes it into the Service, which then keeps it",
  },
  addressPool: {
    key: "mooring.dev/address-pool",
    doc: "With `mooring.dev/address: auto`: the pool, defined in policy, to choose from. Default: the entire subnet",
  },
  replaces: {
    key: "mooring.dev/replaces",
    doc: "`[cluster/]namespace/name` of the Service that this one replaces. Admission allows the same addresses and Private Link Service name while the other Service still has them, and the cloud controller retries until they are free",
  },
  allowDisconnect: {
    key: "mooring.dev/allow-disconnect",
    doc: "`true`: allows changes that delete the Private Link Service although consumers are connected to it",
  },
} as const;

/** The only supported value of `mooring.dev/address`. */
export const AUTO = "auto";
