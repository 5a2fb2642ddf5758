/**
 * Port: exclusive leases on names. The storage service decides with its own clock when a lease expires; no clock of a host takes part.
 * A lease that expired still belongs to its last holder until another holder acquires the name.
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob
 */
export interface Leases {
  /**
   * Acquires `name` for {@link LEASE_SECONDS}. `leaseId` is a UUID that the caller proposes: acquiring again with the same one succeeds,
   * so that a request whose response was lost can be repeated.
   */
  acquire(name: string, leaseId: string): Promise<"acquired" | "held">;
  /** Starts the duration again; `lost` if the name belongs to another holder, or to none since a release. */
  renew(name: string, leaseId: string): Promise<"renewed" | "lost">;
  /** Frees the name at once and leaves nothing behind; has no effect on the lease of another holder. */
  release(name: string, leaseId: string): Promise<"released" | "lost">;
}

/** How long a lease lasts without renewal: the longest that the service grants for a fixed duration. */
export const LEASE_SECONDS = 60;
