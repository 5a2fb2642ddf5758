/** Services whose load balancer another controller creates. */
import type { Rule } from "../rule.ts";

const FIELD = "spec.loadBalancerClass";
const PREFIX = "service.beta.kubernetes.io/azure-";

export const annotationsOfOtherClass: Rule = {
  id: "load-balancer-class-other",
  title: "Azure annotations on a Service of another load balancer class",
  severity: "warn",
  reads: `${FIELD}, names of the annotations`,
  needsState: false,
  ofOtherControllers: true,
  docs: "The Azure cloud controller ignores Services with a `loadBalancerClass`. For these Services Mooring evaluates no other rule and claims no addresses.",
  cel: () => `variables.annotations.exists(key, key.startsWith('${PREFIX}'))`,
  check: ({ annotations, otherClass = "" }) => {
    const [first] = Object.keys(annotations).filter(isAzures);
    if (first === undefined) return [];
    const message = `${first.slice(first.indexOf("/") + 1)} is ignored: class ${otherClass} is not handled by Azure`;
    return [{ field: FIELD, value: otherClass, message }];
  },
};

/** True if the key is an annotation for the Azure cloud controller. */
export function isAzures(key: string): boolean {
  return key.startsWith(PREFIX);
}
