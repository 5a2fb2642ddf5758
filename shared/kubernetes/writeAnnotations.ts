/** The inverse of parsing: a Service that declares an intent. Its other annotations are not recorded. */
import { EVERY_PORT, type Intent, type PlsIntent, type ServiceKey } from "./intent.ts";
import { ANNOTATIONS } from "./annotations.ts";
import type { Service } from "./service.ts";

type Written = readonly (readonly [keyof typeof ANNOTATIONS, string | undefined])[];

/** A Service for which `parseIntent` returns the intent. */
export function serviceOf({ namespace, name, uid }: Omit<ServiceKey, "cluster">, intent: Intent): Service {
  const { internal, subnet, addresses, ipFamilies, ports, pls } = intent;
  const hasEveryPort = ports.some(
    ({ protocol, port }) => protocol === EVERY_PORT.protocol && port === EVERY_PORT.port,
  );
  const written: Written = [
    ["internal", internal ? "true" : undefined],
    ["internalSubnet", subnet],
    ["ipv4", addresses.ipv4],
    ["ipv6", addresses.ipv6],
    ["haPorts", hasEveryPort ? "true" : undefined],
    ...(pls ? writtenPls(pls) : []),
  ];
  const annotations = written.flatMap(([key, value]) =>
    value === undefined ? [] : [[ANNOTATIONS[key].key, value]],
  );
  return {
    metadata: { namespace, name, uid, annotations: Object.fromEntries(annotations) },
    spec: { type: "LoadBalancer", ipFamilies: [...ipFamilies], ports: hasEveryPort ? [] : [...ports] },
  };
}

function writtenPls(pls: PlsIntent): Written {
  const list = (entries: readonly string[]) => (entries.length > 0 ? entries.join(" ") : undefined);
  return [
    ["plsCreate", "true"],
    ["plsName", pls.name],
    ["plsResourceGroup", pls.resourceGroup],
    ["plsSubnet", pls.subnet],
    ["plsAddressCount", String(pls.natIpCount)],
    ["plsAddresses", list(pls.natIps)],
    ["plsFqdns", list(pls.fqdns)],
    ["plsProxyProtocol", pls.proxyProtocol ? "true" : undefined],
    ["plsVisibility", list(pls.visibility)],
    ["plsAutoApproval", list(pls.autoApproval)],
  ];
}
