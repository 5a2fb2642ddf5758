/** Services whose load balancer another controller creates. */
import type { Rule } from "../rule.ts";

const FIELD = "spec.loadBalancerClass";
const PREFIX = "service.beta.kubernetes.io/azure-";

export const annotationsOfOtherClass: Rule = {
  id: "load-balancer-class-other",
  title: "Azure annotations on a Service of another controller",
  severity: "warn",
  reads: `${FIELD}, names of the annotations`,
  needsState: false,
  ofOtherControllers: true,
  docs: "The Azure cloud controller leaves a Service with a `loadBalancerClass` alone, and so does Mooring: no other rule is evaluated, and nothing is claimed.",
  cel: () => `variables.annotations.exists(key, key.startsWith('${PREFIX}'))`,
  check: ({ annotations, otherClass = "" }) => {
    const [first] = Object.keys(annotations).filter(isAzures);
    if (first === undefined) return [];
    const message = `${first.slice(first.indexOf("/") + 1)} is not read: class ${otherClass} names another controller`;
    return [{ field: FIELD, value: otherClass, message }];
  },
};

/** True of the name of an annotation for the Azure cloud controller. */
export function isAzures(key: string): boolean {
  return key.startsWith(PREFIX);
}
