/** A v1 Service as the cluster keeps it, and the cloud controller's reading of its annotations. */

const PREFIX = "service.beta.kubernetes.io/";
export const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

export interface Service {
  apiVersion: "v1";
  kind: "Service";
  metadata: {
    name: string;
    namespace: string;
    /** The API server completes it to a name if there is none. */
    generateName?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  spec: {
    type: string;
    clusterIP?: string;
    loadBalancerIP?: string;
    loadBalancerClass?: string;
    ipFamilies?: string[];
    ports: { name?: string; protocol?: string; port: number; nodePort?: number }[];
  };
  status?: { loadBalancer: { ingress?: { ip: string }[] } };
}

/** The cloud controller leaves a Service alone whose class names another controller. */
export function isLoadBalancer(service: Service | undefined): service is Service {
  return service?.spec.type === "LoadBalancer" && service.spec.loadBalancerClass === undefined;
}

/** Of type LoadBalancer, whichever controller it belongs to. */
export function hasAzureAnnotations(service: Service | undefined): boolean {
  const keys = Object.keys(service?.metadata.annotations ?? {});
  return service?.spec.type === "LoadBalancer" && keys.some((key) => key.startsWith(`${PREFIX}azure-`));
}

export function annotation(service: Service, key: string): string | undefined {
  return service.metadata.annotations?.[`${PREFIX}${key}`];
}

export function isInternal(service: Service): boolean {
  return annotation(service, "azure-load-balancer-internal") === "true";
}

/** Used as it stands, spaces included; blank counts as absent. */
export function subnetName(service: Service): string | undefined {
  const value = annotation(service, "azure-load-balancer-internal-subnet");
  return isInternal(service) && value?.trim() ? value : undefined;
}

export function wantedAddress(service: Service): string | undefined {
  return annotation(service, "azure-load-balancer-ipv4") || service.spec.loadBalancerIP || undefined;
}

export function wantsPls(service: Service): boolean {
  return isTrue(annotation(service, "azure-pls-create"));
}

export interface PlsSettings {
  /** Blank if the annotation is: the controller takes it as a name. */
  name: string | undefined;
  resourceGroup: string | undefined;
  subnet: string | undefined;
  count: number;
  addresses: string[];
  fqdns: string[];
  proxyProtocol: boolean;
  visibility: string[];
  autoApproval: string[];
}

export function plsSettings(service: Service): PlsSettings {
  const own = annotation(service, "azure-pls-ip-configuration-subnet");
  const visibility = words(annotation(service, "azure-pls-visibility"));
  return {
    name: annotation(service, "azure-pls-name")?.trim(),
    resourceGroup: annotation(service, "azure-pls-resource-group")?.trim() || undefined,
    subnet: own?.trim() ? own : subnetName(service),
    count: Number(annotation(service, "azure-pls-ip-configuration-ip-address-count")?.trim() ?? 1),
    addresses: [...new Set(words(annotation(service, "azure-pls-ip-configuration-ip-address")))],
    fqdns: words(annotation(service, "azure-pls-fqdns")),
    proxyProtocol: isTrue(annotation(service, "azure-pls-proxy-protocol")),
    visibility: visibility.includes("*") ? ["*"] : visibility,
    autoApproval: words(annotation(service, "azure-pls-auto-approval")),
  };
}

/** True if any setting of a PLS beyond its creation is there: such a Service cannot share another's PLS. */
export function hasPlsSettings(service: Service): boolean {
  return Object.keys(service.metadata.annotations ?? {}).some(
    (key) => key.startsWith(`${PREFIX}azure-pls-`) && key !== `${PREFIX}azure-pls-create`,
  );
}

export function serviceKey({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === "true";
}

function words(text: string | undefined): string[] {
  return (text ?? "")
    .trim()
    .split(" ")
    .map((word) => word.trim())
    .filter(Boolean);
}
