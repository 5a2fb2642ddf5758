import type { LoadBalancer, Rule } from "../../azure/networkModel.ts";
import { sameId } from "../../azure/resourceId.ts";
import { defineCheck, type Draft, type Subjects } from "../check.ts";
import { some } from "./about.ts";

export const basicLoadBalancer = defineCheck({
  id: "basic-load-balancer",
  title: "A load balancer of the retired Basic SKU",
  severity: "warn",
  docs: "Azure retired the Basic SKU on 30 September 2025: no support, no SLA, and no Private Link.",
  on: "balancer",
  check: (subject) => {
    const { balancer, cluster } = subject;
    if (balancer.sku.toLowerCase() !== "basic") return undefined;
    return draft(
      subject,
      `load balancer ${balancer.name} is of the Basic SKU, retired on 30 September 2025`,
      cluster
        ? "move the cluster to Standard: az aks update --load-balancer-sku standard"
        : "replace it by one of the Standard SKU",
    );
  },
});

export const ruleLeadsNowhere = defineCheck({
  id: "rule-leads-nowhere",
  title: "A load-balancing rule leads nowhere",
  severity: "warn",
  docs: "A rule without a frontend, or whose backend pools have no members, drops what it is sent; one whose probe is gone trusts dead nodes.",
  on: "balancer",
  check: (subject) => {
    const { balancer } = subject;
    const wrong = ofCluster(subject)
      ? balancer.rules.flatMap((rule) => {
          const why = whyNowhere(balancer, rule);
          return why.length > 0 ? [`rule ${rule.name} ${why.join(" and ")}`] : [];
        })
      : [];
    if (wrong.length === 0) return undefined;
    return draft(
      subject,
      `on load balancer ${balancer.name}: ${some(wrong)}`,
      "see that the cluster has nodes and that they are in the backend pool; the controller rebuilds rules when their Service changes",
    );
  },
});

function whyNowhere({ frontends, pools, probes }: LoadBalancer, rule: Rule): string[] {
  const own = pools.filter(({ id }) => rule.poolIds.some((poolId) => sameId(poolId, id)));
  const { probeId } = rule;
  return [
    ...(frontends.some(({ id }) => sameId(id, rule.frontendId)) ? [] : ["has no frontend"]),
    ...(own.some(({ members }) => members > 0) ? [] : [poolless(own.map(({ name }) => name))]),
    ...(probeId === undefined || probes.some(({ id }) => sameId(id, probeId))
      ? []
      : ["names a probe that is not there"]),
  ];
}

function poolless(names: readonly string[]): string {
  return names.length === 0 ? "has no backend pool" : `has no members in pool ${names.join(", ")}`;
}

export const probeUnused = defineCheck({
  id: "probe-unused",
  title: "A probe that no rule uses",
  severity: "info",
  docs: "It asks nodes for nothing, and is left over from a Service that is gone.",
  on: "balancer",
  check: (subject) => {
    const { balancer } = subject;
    const unused = balancer.probes.filter(
      ({ id }) => !balancer.rules.some(({ probeId }) => probeId !== undefined && sameId(probeId, id)),
    );
    if (!ofCluster(subject) || unused.length === 0) return undefined;
    return draft(
      subject,
      `no rule of load balancer ${balancer.name} uses probe ${some(unused.map(({ name }) => name))}`,
      "remove the probe, or leave it to the controller's next change of the load balancer",
    );
  },
});

export const frontendWithoutRules = defineCheck({
  id: "frontend-without-rules",
  title: "An internal frontend without rules",
  severity: "info",
  docs: "It holds an address of the subnet and answers nothing.",
  on: "balancer",
  check: (subject) => {
    const { balancer } = subject;
    const used = [...balancer.rules.map(({ frontendId }) => frontendId), ...balancer.otherFrontendUses];
    const idle = balancer.frontends.filter(
      ({ id, isPublic }) => !isPublic && !used.some((one) => sameId(one, id)),
    );
    if (!ofCluster(subject) || idle.length === 0) return undefined;
    const names = idle.map(({ name, address }) => (address ? `${name} (${address})` : name));
    return draft(
      subject,
      `load balancer ${balancer.name} has frontends without rules: ${some(names)}`,
      "look whether their Services have ports and the controller works; the sweep removes frontends of Services that are gone",
    );
  },
});

/** What other teams' load balancers are like is theirs to know. */
function ofCluster({ cluster }: Subjects["balancer"]): boolean {
  return cluster !== undefined;
}

function draft({ balancer, cluster }: Subjects["balancer"], message: string, advice: string): Draft {
  return { about: balancer.id, ...(cluster && { cluster: cluster.name }), message, advice };
}
