import type { Service } from "../../kubernetes/service.ts";
import type { Outside } from "../rule.ts";
import type { Position, Problem } from "./documents.ts";

/** A Service in a manifest, or annotations that an operator copies to one. */
export interface Manifest {
  /** For annotations outside a Service: a Service with these annotations, and the name of the object that contains them. */
  readonly service: Service;
  readonly outside?: Outside;
  /** The position of an annotation's key, or of a path like `spec.loadBalancerIP`; of the Service if the field is absent. */
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
