import { ArmError } from "../armError.ts";
import { key } from "../ids.ts";
import type { Body } from "../resourceType.ts";

interface Used {
  readonly id: string;
  readonly frontend: string;
  readonly protocol: string;
  readonly port: number;
  /** Backend port and pool, for rules with floating IP. */
  readonly floating: string | undefined;
}

/** @throws ArmError 400 if two rules of a load balancer use one port of one frontend */
export function checkRuleConflicts(balancerId: string, rules: readonly Body[]): void {
  const byFrontend = Map.groupBy(
    rules.map((rule) => used(balancerId, rule)).filter(({ frontend }) => frontend !== ""),
    ({ frontend }) => frontend,
  );
  for (const here of byFrontend.values()) {
    checkPorts(here);
    checkEveryPort(here);
  }
}

function used(balancerId: string, { name, properties }: Body): Used {
  const {
    frontendIPConfiguration,
    protocol = "",
    frontendPort = 0,
    backendPort,
    backendAddressPool,
  } = properties;
  return {
    id: `${balancerId}/loadBalancingRules/${name}`,
    frontend: key(frontendIPConfiguration?.id ?? ""),
    protocol: String(protocol).toLowerCase(),
    port: Number(frontendPort),
    floating: properties.enableFloatingIP ? `${backendPort} ${key(backendAddressPool?.id ?? "")}` : undefined,
  };
}

function checkPorts(rules: readonly Used[]): void {
  const seen = new Map<string, Used>();
  for (const rule of rules) {
    const name = `${rule.protocol}/${rule.port}`;
    const other = seen.get(name);
    if (other) throw samePort(other, rule);
    seen.set(name, rule);
  }
}

/** Of rules without floating IP, or with other backends, the code is the sandbox's own: no source documents Azure's. */
function samePort(a: Used, b: Used): ArmError {
  const isKnown = a.floating !== undefined && a.floating === b.floating;
  const code = isKnown
    ? "RulesUseSameBackendPortProtocolAndPoolAndFrontendIPWithFloatingIPEnabled"
    : "SandboxRulesUseSameFrontendPortAndProtocol";
  return new ArmError(
    400,
    code,
    `Load balancing rules ${a.id} and ${b.id} use the same protocol ${a.protocol} and port ${a.port} of frontend IP ${a.frontend}.`,
  );
}

/** High-availability ports have a frontend alone. The code is the sandbox's own: no source documents Azure's. */
function checkEveryPort(rules: readonly Used[]): void {
  const every = rules.find(({ protocol, port }) => protocol === "all" && port === 0);
  const other = rules.find((rule) => rule !== every);
  if (!every || !other) return;
  throw new ArmError(
    400,
    "SandboxRuleBesideHighAvailabilityPorts",
    `Load balancing rule ${every.id} uses every port of frontend IP ${every.frontend}, and so cannot rule ${other.id}.`,
  );
}
