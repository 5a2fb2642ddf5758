/** A Service of a list or watch, as Mooring stores it. Pure. */
import { isLoadBalancer, Service } from "../kubernetes/service.ts";
import { parseIntent } from "../kubernetes/parseIntent.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Listed } from "./model.ts";

const MAX_PROBLEMS = 20;

export interface Read {
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Absent: not of type LoadBalancer. */
  readonly listed?: Listed;
}

/** @param at its position, for the message @throws InvalidInput naming every wrong field */
export function readService(value: unknown, at: string): Read {
  const parsed = Service.safeParse(value);
  if (!parsed.success)
    throw new InvalidInput(
      parsed.error.issues
        .slice(0, MAX_PROBLEMS)
        .map(({ path, message }) => `${[at, ...path].join(".")}: ${message}`),
    );
  const service = parsed.data;
  const { kind = "Service", apiVersion = "v1" } = service;
  if (kind !== "Service" || apiVersion !== "v1")
    throw new InvalidInput(`${at}: ${apiVersion} ${kind} is not a v1 Service; send only /api/v1/services`);
  const { namespace, name, uid } = service.metadata;
  if (uid === "" || name === "") throw new InvalidInput(`${at}: metadata.name or metadata.uid is missing`);
  const resourceVersion = requireVersion(service.metadata.resourceVersion, `${at}.metadata.resourceVersion`);
  const key = `${namespace}/${name}`;
  const common = { key, uid, resourceVersion };
  return isLoadBalancer(service) ? { ...common, listed: toListed(service, resourceVersion) } : common;
}

function toListed(service: Service, resourceVersion: string): Listed {
  const { namespace, name, uid, deletionTimestamp } = service.metadata;
  return {
    key: `${namespace}/${name}`,
    declared: {
      namespace,
      name,
      uid,
      resourceVersion,
      ...(deletionTimestamp && { deletedAtUtc: deletionTimestamp }),
      ...(service.spec.loadBalancerIP && { usesLoadBalancerIp: true as const }),
      intent: parseIntent(service),
    },
  };
}

/**
 * A resourceVersion that can be ordered. @throws InvalidInput
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions (comparable as decimal numbers)
 */
export function requireVersion(version: string | null | undefined, at: string): string {
  if (version && /^[1-9]\d{0,38}$/.test(version)) return version;
  throw new InvalidInput(
    `${at}: "${version ?? ""}" is not a resourceVersion; send the API server's own answer`,
  );
}

/** True if `a` is the older one. Both have passed `requireVersion`. */
export function isOlder(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
