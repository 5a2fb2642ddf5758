/** Claims of Services in namespace `shop`. */
import { takeClaims, type ClaimRequest, type Taken } from "../../shared/inventory/takeClaims.ts";
import type { Run } from "../../shared/ports/ports.ts";
import type { ConfirmedClaim, ProposedClaim } from "../../shared/inventory/mergeClaims.ts";

interface Some {
  readonly cluster?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly expiresAtUtc?: string;
  readonly sequence?: number;
  readonly ports?: readonly number[];
}

const SINCE = "2026-11-23T12:00:00.000Z";

function common({ cluster = "one", name = "web", uid = `uid-${name}`, ports }: Some) {
  return {
    owner: { cluster, namespace: "shop", name, uid },
    sinceUtc: SINCE,
    ...(ports && { ports: ports.map((port) => ({ protocol: "TCP", port })) }),
  };
}

export function proposedClaim(some: Some = {}): ProposedClaim {
  const { expiresAtUtc = "2026-11-23T13:00:00.000Z" } = some;
  return { ...common(some), state: "proposed", expiresAtUtc };
}

export function confirmedClaim(some: Some = {}): ConfirmedClaim {
  return { ...common(some), state: "confirmed", sequence: some.sequence ?? 1 };
}

/** What stands in the way of a request; empty if it claims its places. */
export async function claim(run: Run, request: ClaimRequest): Promise<readonly Taken[]> {
  return (await takeClaims(run, request)).taken;
}
