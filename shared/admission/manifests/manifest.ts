import type { Service } from "../../kubernetes/service.ts";
import type { Outside } from "../rule.ts";
import type { Position, Problem } from "./documents.ts";

/** A Service of a manifest, or annotations that an operator copies to one. */
export interface Manifest {
  /** Of annotations outside a Service: a Service with these annotations, named as the object that has them. */
  readonly service: Service;
  readonly outside?: Outside;
  /** Where a field stands: an annotation's key, or a path like `spec.loadBalancerIP`; the Service itself if it is not there. */
  position(field: string): Position;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/** `shop/web`, or `HelmRelease shop/web spec.values.service.annotations`. */
export function subjectOf({ service, outside }: Pick<Manifest, "service" | "outside">): string {
  const { namespace, name } = service.metadata;
  return outside ? `${outside.object} ${outside.path}` : `${namespace}/${name}`;
}
