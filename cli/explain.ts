/** `mooring explain`: describes what AKS creates from a manifest. */
import { Command } from "commander";
import { ANNOTATIONS } from "../shared/kubernetes/annotations.ts";
import { parseIntent } from "../shared/kubernetes/parseIntent.ts";
import { isLoadBalancer, type Service } from "../shared/kubernetes/service.ts";
import type { Intent, PlsIntent, ServicePort } from "../shared/kubernetes/intent.ts";
import { isEveryPort } from "../shared/inventory/obstacle.ts";
import { inert } from "../shared/core/inert.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { subjectOf } from "../shared/admission/manifests/manifest.ts";
import { problemsOf, readAll } from "./check/manifests.ts";

export function explainCommand(): Command {
  return new Command("explain")
    .description("describe what AKS creates from manifests")
    .argument("<files...>", "YAML or JSON; - reads standard input")
    .action(async (files: string[]) => {
      const { manifests, problems } = await readAll(files, {});
      const services = manifests.filter(({ outside }) => !outside);
      console.log(services.map(({ service }) => explain(service)).join("\n\n"));
      if (problems.length > 0) throw new InvalidInput(problemsOf(problems));
    });
}

function explain(service: Service): string {
  const title = `Service ${subjectOf({ service })}`;
  if (!isLoadBalancer(service))
    return `${inert(title)}\n  creates nothing in Azure: ${inert(whyNothing(service))}`;
  const intent = parseIntent(service);
  const lines = [...frontend(intent), ...(intent.pls ? pls(intent.pls) : [["pls", "none"]])];
  return [title, ...lines.map(([what, how]) => `  ${(what ?? "").padEnd(16)}${how}`)].map(inert).join("\n");
}

function whyNothing({ spec: { type, loadBalancerClass } }: Service): string {
  if (type !== "LoadBalancer") return `its type is ${type}, not LoadBalancer`;
  return `its loadBalancerClass is ${loadBalancerClass}, so another controller creates its load balancer`;
}

function frontend(intent: Intent): string[][] {
  const ports = intent.ports.map(portText).join(", ") || "none";
  if (!intent.internal)
    return [
      ["load balancer", `public, because ${ANNOTATIONS.internal.key} is not "true"`],
      ["ports", ports],
    ];
  return [
    ["load balancer", "internal, in the cluster's node resource group"],
    ["subnet", intent.subnet ?? "the cluster's default subnet"],
    ...intent.ipFamilies.map((family) => [`${family} address`, address(intent, family)]),
    ["ports", ports],
  ];
}

function portText(port: ServicePort): string {
  return isEveryPort(port) ? "every port, by one rule" : `${port.protocol}/${port.port}`;
}

function address({ addresses }: Intent, family: "IPv4" | "IPv6"): string {
  const requested = family === "IPv4" ? addresses.ipv4 : addresses.ipv6;
  return requested === undefined ? "any free address" : `${requested}, static`;
}

function pls(intent: PlsIntent): string[][] {
  return [
    ["pls", intent.name ?? "named after its frontend"],
    ["resource group", intent.resourceGroup ?? "the node resource group"],
    ["NAT subnet", intent.subnet ?? "the cluster's default subnet"],
    ["NAT addresses", `${intent.natIpCount}, ${listOr(intent.natIps, "any free addresses")}`],
    [
      "visible to",
      intent.visibility.includes("*")
        ? "every subscription"
        : listOr(intent.visibility, "subscriptions with RBAC access only"),
    ],
    [
      "auto-approved",
      listOr(intent.autoApproval, "none: every private endpoint connection needs an approval"),
    ],
    ["host names", listOr(intent.fqdns, "none")],
    ["PROXY protocol", intent.proxyProtocol ? "on: backends must support version 2" : "off"],
  ];
}

function listOr(entries: readonly string[], none: string): string {
  return entries.length > 0 ? entries.join(", ") : none;
}
