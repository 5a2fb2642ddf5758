/** Which changes policy allows: mode per capability, then scope. Pure. */
import { parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import { SYSTEM, type Change } from "./plan.ts";

/**
 * Why the change is only observed; `undefined` if policy allows it. Modes limit what Mooring does
 * automatically; what an operator requests is limited by scope and guards only. Tags are checked by a guard,
 * because they are read last.
 */
export function observedBecause(change: Change, policy: Policy, who: string): string | undefined {
  if (who === SYSTEM && policy.modes[change.capability] === "observe")
    return `mode of ${change.capability} is observe`;
  const scope = policy.scope[change.capability];
  const { subscription = "", resourceGroup = "", name = "" } = parseResourceId(change.resourceId) ?? {};
  const tests: readonly Test[] = [
    {
      what: "subscription",
      value: subscription,
      only: scope.subscriptions,
      never: scope.excludeSubscriptions,
    },
    {
      what: "resource group",
      value: resourceGroup,
      only: scope.resourceGroups,
      never: scope.excludeResourceGroups,
    },
    { what: "cluster", value: change.cluster, only: scope.clusters, never: scope.excludeClusters },
    { what: "namespace", value: change.namespace, only: scope.namespaces, never: scope.excludeNamespaces },
    { what: "name", value: name, only: scope.names, never: scope.excludeNames },
  ];
  return tests.map(refusal).find((why) => why !== undefined);
}

interface Test {
  readonly what: string;
  /** Absent: matches neither an exclusion nor an inclusion. */
  readonly value: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly never: readonly string[];
}

function refusal({ what, value, only, never }: Test): string | undefined {
  if (only && !fits(value, only)) return `${what} ${value ?? "(unknown)"} is not in scope`;
  return fits(value, never) ? `${what} ${value} is excluded` : undefined;
}

function fits(value: string | undefined, patterns: readonly string[]): boolean {
  return value !== undefined && patterns.some((pattern) => matches(value, pattern));
}

/** Ignores case, as Azure does; `*` is a wildcard. */
function matches(value: string, pattern: string): boolean {
  const [head = "", ...rest] = pattern.toLowerCase().split("*");
  const text = value.toLowerCase();
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    at = text.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= text.length - tail.length;
}
