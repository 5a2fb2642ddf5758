import { ANNOTATIONS } from "../../kubernetes/annotations.ts";
import type { Rule } from "../rule.ts";

const FIELD = "spec.loadBalancerIP";

export const loadBalancerIpDeprecated: Rule = {
  id: "load-balancer-ip-deprecated",
  title: "`spec.loadBalancerIP` is used",
  severity: "warn",
  reads: FIELD,
  needsState: false,
  docs: "Kubernetes deprecated the field in 1.24. The annotations set the address for each IP family.",
  cel: () => "variables.loadBalancerIP != ''",
  check: ({ loadBalancerIp }) => {
    if (!loadBalancerIp) return [];
    const key = loadBalancerIp.includes(":") ? ANNOTATIONS.ipv6.key : ANNOTATIONS.ipv4.key;
    return [
      { field: FIELD, value: loadBalancerIp, message: `deprecated: use ${key}: "${loadBalancerIp}" instead` },
    ];
  },
};

export const loadBalancerIpIgnored: Rule = {
  id: "load-balancer-ip-ignored",
  title: "`spec.loadBalancerIP` and an annotation differ",
  severity: "warn",
  reads: `${FIELD}, ${ANNOTATIONS.ipv4.key}, ${ANNOTATIONS.ipv6.key}`,
  needsState: false,
  docs: "The annotation takes precedence; the cloud controller ignores the field.",
  cel: () =>
    "variables.loadBalancerIP != '' && [variables.loadBalancerIP.contains(':') ? variables.ipv6Annotation : variables.ipv4Annotation].exists(winner, winner != '' && winner != variables.loadBalancerIP)",
  check: ({ loadBalancerIp, annotations }) => {
    const winner = annotations[loadBalancerIp.includes(":") ? ANNOTATIONS.ipv6.key : ANNOTATIONS.ipv4.key];
    if (!loadBalancerIp || !winner || winner === loadBalancerIp) return [];
    return [
      {
        field: FIELD,
        value: loadBalancerIp,
        message: `ignored: the annotation takes precedence and requests ${winner}`,
      },
    ];
  },
};
