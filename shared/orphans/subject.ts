/**
 * Identity of a candidate as one text: if it changes, an earlier proof applies to something else. Load
 * balancers and frontends are identified by names, which the controller derives from the uid of a Service,
 * because their versions change with every node. Pure.
 */
import type { Frontend, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";
import { canonicalId, sameId } from "../azure/resourceId.ts";
import type { Candidate } from "./classify.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

export function subjectOf(
  world: World,
  { kind, resourceId, withdrawal }: Pick<Candidate, "kind" | "resourceId" | "withdrawal">,
): string {
  const parts = partsOf(world, kind, resourceId);
  // "No Service uses it" and "its Service withdrew it" are different proofs: one does not continue the other.
  return JSON.stringify(withdrawal === undefined ? parts : [parts, withdrawal]);
}

function partsOf(world: World, kind: Candidate["kind"], id: string): unknown {
  const { balancerOf, plsOf } = lookupIn(world);
  switch (kind) {
    case "loadBalancer": {
      const balancer = balancerOf(`${id}/frontendIPConfigurations/any`);
      return balancer?.frontends.map((frontend) => frontendParts(balancer, frontend)).toSorted();
    }
    case "frontend": {
      const balancer = balancerOf(id);
      const frontend = balancer?.frontends.find((one) => sameId(one.id, id));
      return balancer && frontend && frontendParts(balancer, frontend);
    }
    case "rule": {
      const balancer = balancerOf(id);
      return balancer && ruleParts(balancer, id);
    }
    case "pls": {
      const pls = plsOf(id);
      return pls && plsParts(pls);
    }
    case "connection":
      return world.privateLinkServices
        .flatMap(({ connections }) => connections)
        .find((one) => sameId(one.id, id));
  }
}

function frontendParts({ rules }: LoadBalancer, { id, name, address = "" }: Frontend): string {
  const own = rules.filter(({ frontendId }) => sameId(frontendId, id)).map((rule) => rule.name);
  return JSON.stringify([name.toLowerCase(), address, own.toSorted()]);
}

/** Identity of a rule, or of a probe. */
function ruleParts({ rules, probes }: LoadBalancer, id: string): unknown {
  const rule = rules.find((one) => sameId(one.id, id));
  if (rule) return [rule.name.toLowerCase(), canonicalId(rule.frontendId), rule.protocol, rule.port];
  return probes.find((one) => sameId(one.id, id))?.name.toLowerCase();
}

/** A PLS that is created again has a new alias. */
function plsParts({ id, alias, frontendIds }: PrivateLinkService): string {
  return JSON.stringify([canonicalId(id), alias, frontendIds.map(canonicalId).toSorted()]);
}
