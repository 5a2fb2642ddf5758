/**
 * What a candidate was judged on, as one text: if it changes, whatever was proved before is about something else. Of load balancers and
 * frontends the names count, which the controller makes of a Service's uid; their versions change with every node. Pure.
 */
import type { Frontend, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";
import { canonicalId, sameId } from "../azure/resourceId.ts";
import type { Candidate } from "./classify.ts";
import { lookupIn } from "./lookup.ts";
import type { World } from "./world.ts";

export function subjectOf(
  world: World,
  { kind, resourceId }: Pick<Candidate, "kind" | "resourceId">,
): string {
  return JSON.stringify(partsOf(world, kind, resourceId));
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

/** Of a rule, or of a probe. */
function ruleParts({ rules, probes }: LoadBalancer, id: string): unknown {
  const rule = rules.find((one) => sameId(one.id, id));
  if (rule) return [rule.name.toLowerCase(), canonicalId(rule.frontendId), rule.protocol, rule.port];
  return probes.find((one) => sameId(one.id, id))?.name.toLowerCase();
}

/** Its alias is new when it is created again. */
function plsParts({ id, alias, frontendIds }: PrivateLinkService): string {
  return JSON.stringify([canonicalId(id), alias, frontendIds.map(canonicalId).toSorted()]);
}
