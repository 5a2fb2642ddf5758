import * as z from "zod";

/** Kubernetes' limit, which the API server checks only after mutating webhooks. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/ */
const MAX_ANNOTATIONS = 256 * 1024;

function fitsKubernetes(annotations: Readonly<Record<string, string>> | null | undefined): boolean {
  const size = Object.entries(annotations ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    0,
  );
  return size <= MAX_ANNOTATIONS;
}

/** The longest name that Kubernetes allows; short enough for a table key. */
const Name = z.string().max(253);

/** The fields of a v1 Service that Mooring reads; others are ignored. Go marshals empty fields as null. */
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
      .refine(fitsKubernetes, "larger than Kubernetes' limit of 256 KiB"),
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
 * True if the Azure cloud controller creates a load balancer for the Service. It ignores Services with a `loadBalancerClass`.
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

/** The addresses in the Service's status. */
export function liveAddresses({ status }: Service): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
}
