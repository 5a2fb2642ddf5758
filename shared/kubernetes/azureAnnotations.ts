/**
 * Every Azure annotation that the cloud controller manager supports, whether or not Mooring reads it. Rule `unknown-annotation`
 * reports annotations that resemble one of these.
 * @see https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/
 */
import { ANNOTATIONS } from "./annotations.ts";

const NOT_READ_HERE = [
  "azure-additional-public-ips",
  "azure-allowed-ip-ranges",
  "azure-allowed-service-tags",
  "azure-deny-all-except-load-balancer-source-ranges",
  "azure-disable-load-balancer-nsg-rule",
  "azure-dns-label-name",
  "azure-load-balancer-disable-tcp-reset",
  "azure-load-balancer-health-probe-interval",
  "azure-load-balancer-health-probe-num-of-probe",
  "azure-load-balancer-health-probe-protocol",
  "azure-load-balancer-health-probe-request-path",
  "azure-load-balancer-mixed-protocols",
  "azure-load-balancer-mode",
  "azure-load-balancer-resource-group",
  "azure-load-balancer-tcp-idle-timeout",
  "azure-pip-ip-tags",
  "azure-pip-prefix-id",
  "azure-pip-prefix-id-ipv6",
  "azure-pip-tags",
  "azure-shared-securityrule",
].map((name) => `service.beta.kubernetes.io/${name}`);

export const AZURE_ANNOTATIONS: ReadonlySet<string> = new Set([
  ...Object.values(ANNOTATIONS).map(({ key }) => key),
  ...NOT_READ_HERE,
]);
