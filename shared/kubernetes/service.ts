import * as z from "zod";

/** Mutating webhooks are asked before the API server counts. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/ */
const MAX_ANNOTATIONS = 256 * 1024;

function fitsKubernetes(annotations: Readonly<Record<string, string>> | null | undefined): boolean {
  const size = Object.entries(annotations ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    0,
  );
  return size <= MAX_ANNOTATIONS;
}

/** As long as Kubernetes lets any name be, and short enough for a key of a table. */
const Name = z.string().max(253);

/** The part of a v1 Service that Mooring reads; everything else passes unread. Nulls are what Go marshals for empty. */
export const Service = z.object({
  kind: z.string().optional(),
  apiVersion: z.string().optional(),
  metadata: z.object({
    name: Name.default(""),
    namespace: Name.default("default"),
    uid: Name.default(""),
    resourceVersion: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    annotations: z
      .record(z.string(), z.string())
      .nullish()
      .refine(fitsKubernetes, "larger than the 256 KiB that Kubernetes takes"),
  }),
  spec: z
    .object({
      type: z.string().default("ClusterIP"),
      loadBalancerIP: z.string().nullish(),
      loadBalancerClass: z.string().nullish(),
      ipFamilyPolicy: z.string().nullish(),
      ipFamilies: z.array(z.string()).nullish(),
      ports: z.array(z.object({ protocol: z.string().default("TCP"), port: z.number() })).nullish(),
    })
    .prefault({}),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string().nullish() })).nullish() })
        .nullish(),
    })
    .nullish(),
});
export type Service = z.infer<typeof Service>;

export function annotationsOf(service: Service): Readonly<Record<string, string>> {
  return service.metadata.annotations ?? {};
}

/**
 * True if the Azure cloud controller creates a load balancer for the Service. A Service with a `loadBalancerClass` belongs to another
 * controller.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class
 */
export function isLoadBalancer(service: Service | undefined): service is Service {
  return service?.spec.type === "LoadBalancer" && isAbsent(service.spec.loadBalancerClass);
}

/** True if another controller creates the Service's load balancer. */
export function isOfOtherController(service: Service | undefined): service is Service {
  return service?.spec.type === "LoadBalancer" && !isAbsent(service.spec.loadBalancerClass);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Addresses that the Service has now. */
export function liveAddresses({ status }: Service): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
}
