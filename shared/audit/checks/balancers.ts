import type { LoadBalancer, Rule } from "../../azure/networkModel.ts";
import { sameId } from "../../azure/resourceId.ts";
import { defineCheck, type Draft, type Subjects } from "../check.ts";
import { some } from "./about.ts";

export const basicSku = defineCheck({
  id: "load-balancer-basic-sku",
  title: "A load balancer uses the retired Basic SKU",
  severity: "warning",
  docs: "Azure retired the Basic SKU on 30 September 2025. It has no support, no SLA and no Private Link.",
  on: "balancer",
  check: (subject) => {
    const { balancer, cluster } = subject;
    if (balancer.sku.toLowerCase() !== "basic") return undefined;
    return draft(
      subject,
      `load balancer ${balancer.name} uses the Basic SKU, which Azure retired on 30 September 2025`,
      cluster
        ? "move the cluster to the Standard SKU: az aks update --load-balancer-sku standard"
        : "replace it with a load balancer of the Standard SKU",
    );
  },
});

export const ruleWithoutBackends = defineCheck({
  id: "load-balancer-rule-without-backends",
  title: "A load-balancing rule has no backends, frontend or probe",
  severity: "warning",
  docs: "A rule without a frontend, or whose backend pools have no members, forwards no traffic. A rule whose probe does not exist also sends traffic to unhealthy nodes.",
  on: "balancer",
  check: (subject) => {
    const { balancer } = subject;
    const wrong = ofCluster(subject)
      ? balancer.rules.flatMap((rule) => {
          const why = missingParts(balancer, rule);
          return why.length > 0 ? [`rule ${rule.name} ${why.join(" and ")}`] : [];
        })
      : [];
    if (wrong.length === 0) return undefined;
    return draft(
      subject,
      `on load balancer ${balancer.name}: ${some(wrong)}`,
      "check that the cluster has nodes and that they are in the backend pool; the cloud controller rebuilds the rules when their Service changes. Expected if the rule was created manually",
    );
  },
});

function missingParts({ frontends, pools, probes }: LoadBalancer, rule: Rule): string[] {
  const own = pools.filter(({ id }) => rule.poolIds.some((poolId) => sameId(poolId, id)));
  const { probeId } = rule;
  return [
    ...(frontends.some(({ id }) => sameId(id, rule.frontendId)) ? [] : ["has no frontend"]),
    ...(own.some(({ members }) => members > 0) ? [] : [withoutMembers(own.map(({ name }) => name))]),
    ...(probeId === undefined || probes.some(({ id }) => sameId(id, probeId))
      ? []
      : ["refers to a probe that does not exist"]),
  ];
}

function withoutMembers(names: readonly string[]): string {
  return names.length === 0 ? "has no backend pool" : `has no members in pool ${names.join(", ")}`;
}

export const probeUnused = defineCheck({
  id: "load-balancer-probe-unused",
  title: "A health probe is not used by any rule",
  severity: "info",
  docs: "The probe sends requests to the nodes without effect. It is usually left over from a deleted Service.",
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
      "remove the probe, or let the cloud controller remove it with its next change of the load balancer",
    );
  },
});

export const frontendWithoutRules = defineCheck({
  id: "frontend-without-rules",
  title: "An internal frontend has no rules",
  severity: "info",
  docs: "The frontend uses an address of the subnet and accepts no traffic.",
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
      "check that their Services have ports and that the cloud controller runs; the sweep removes frontends of deleted Services",
    );
  },
});

/** Other load balancers are not managed by a registered cluster: their content is not reported. */
function ofCluster({ cluster }: Subjects["balancer"]): boolean {
  return cluster !== undefined;
}

function draft({ balancer, cluster }: Subjects["balancer"], message: string, advice: string): Draft {
  return { about: balancer.id, ...(cluster && { cluster: cluster.name }), message, advice };
}
