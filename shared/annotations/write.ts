/** The way back from an intent: a Service that declares it. Its other annotations are not recorded. */
import { EVERY_PORT, type Intent, type LinkIntent, type ServiceKey } from "../intents/model.ts";
import { ANNOTATIONS } from "./keys.ts";
import type { Service } from "./service.ts";

type Written = readonly (readonly [keyof typeof ANNOTATIONS, string | undefined])[];

/** `parseIntent` of the Service is the intent. */
export function serviceOf({ namespace, name, uid }: Omit<ServiceKey, "cluster">, intent: Intent): Service {
  const { internal, subnet, addresses, ipFamilies, ports, link } = intent;
  const hasEveryPort = ports.some(
    ({ protocol, port }) => protocol === EVERY_PORT.protocol && port === EVERY_PORT.port,
  );
  const written: Written = [
    ["internal", internal ? "true" : undefined],
    ["internalSubnet", subnet],
    ["ipv4", addresses.ipv4],
    ["ipv6", addresses.ipv6],
    ["haPorts", hasEveryPort ? "true" : undefined],
    ...(link ? writtenLink(link) : []),
  ];
  const annotations = written.flatMap(([key, value]) =>
    value === undefined ? [] : [[ANNOTATIONS[key].key, value]],
  );
  return {
    metadata: { namespace, name, uid, annotations: Object.fromEntries(annotations) },
    spec: { type: "LoadBalancer", ipFamilies: [...ipFamilies], ports: hasEveryPort ? [] : [...ports] },
  };
}

function writtenLink(link: LinkIntent): Written {
  const list = (entries: readonly string[]) => (entries.length > 0 ? entries.join(" ") : undefined);
  return [
    ["linkCreate", "true"],
    ["linkName", link.name],
    ["linkResourceGroup", link.resourceGroup],
    ["linkSubnet", link.subnet],
    ["linkAddressCount", String(link.natIpCount)],
    ["linkAddresses", list(link.natIps)],
    ["linkFqdns", list(link.fqdns)],
    ["linkProxyProtocol", link.proxyProtocol ? "true" : undefined],
    ["linkVisibility", list(link.visibility)],
    ["linkAutoApproval", list(link.autoApproval)],
  ];
}
