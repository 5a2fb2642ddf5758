/** The changes of the mutating webhook to a Service, as a JSON Patch. Pure. @see RFC 6902 */
import { ANNOTATIONS } from "../kubernetes/annotations.ts";
import { annotationsOf, type Service } from "../kubernetes/service.ts";
import { parseAddress } from "../azure/prefix.ts";

export interface Changes {
  /** Annotations to set. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly dropsLoadBalancerIp: boolean;
}

export type Operation =
  | { readonly op: "add"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** `spec.loadBalancerIP` as the annotation of its family; empty if it is invalid, or if the annotation has another value. */
export function moveLoadBalancerIp(service: Service): Changes {
  const text = service.spec.loadBalancerIP ?? "";
  const address = parseAddress(text);
  if (!address) return { annotations: {}, dropsLoadBalancerIp: false };
  const { key } = address.family === "IPv4" ? ANNOTATIONS.ipv4 : ANNOTATIONS.ipv6;
  const there = annotationsOf(service)[key];
  if (there && there !== text) return { annotations: {}, dropsLoadBalancerIp: false };
  return { annotations: there ? {} : { [key]: text }, dropsLoadBalancerIp: true };
}

/** The Service with the changes. */
export function changed(service: Service, { annotations, dropsLoadBalancerIp }: Changes): Service {
  return {
    ...service,
    metadata: { ...service.metadata, annotations: { ...annotationsOf(service), ...annotations } },
    spec: { ...service.spec, ...(dropsLoadBalancerIp && { loadBalancerIP: undefined }) },
  };
}

export function toPatch(service: Service, { annotations, dropsLoadBalancerIp }: Changes): Operation[] {
  const added = Object.entries(annotations).map(([key, value]): Operation => ({
    op: "add",
    path: `/metadata/annotations/${pointer(key)}`,
    value,
  }));
  const isFirst = added.length > 0 && !service.metadata.annotations;
  return [
    ...(isFirst ? [{ op: "add", path: "/metadata/annotations", value: {} } as const] : []),
    ...added,
    ...(dropsLoadBalancerIp ? [{ op: "remove", path: "/spec/loadBalancerIP" } as const] : []),
  ];
}

/** @see RFC 6901 section 3 */
function pointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
