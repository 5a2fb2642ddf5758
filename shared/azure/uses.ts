import type { AddressUse, LoadBalancer } from "./networkModel.ts";
import { sameId } from "./resourceId.ts";

/** The private addresses that a load balancer's frontends hold, each with its rules. Pure. */
export function* usesOfBalancer({ frontends, rules }: LoadBalancer): Generator<AddressUse> {
  for (const { address, subnetId, id } of frontends) {
    if (!address || !subnetId || !id) continue;
    const uses = rules
      .filter(({ frontendId }) => sameId(frontendId, id))
      .map(({ name, protocol, port }) => ({ rule: name, protocol, port }))
      .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
    yield { address, subnetId, holderId: id, ...(uses.length > 0 && { uses }) };
  }
}
