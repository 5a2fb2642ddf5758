/** Checks the Services of one run against each other: they are applied together, and none of them is recorded yet. Pure. */
import { formatAddress } from "../azure/prefix.ts";
import type { ServicePort } from "../kubernetes/intent.ts";
import type { PlsRow } from "../inventory/model.ts";
import { isEveryPort, samePort } from "../inventory/obstacle.ts";
import { MOST_ADDRESSES } from "../inventory/places.ts";
import { portTaken } from "./refusals.ts";
import type { RuleFinding, RuleInput, Violation } from "./rule.ts";
import type { Severities } from "./rules.ts";
import { addressPortConflict, CLAIMED } from "./rules/claims.ts";
import { FRONTEND, TARGETS, validAddresses, type Target } from "./rules/requested.ts";

interface Request {
  /** `namespace/name` of the Service. */
  readonly by: string;
  readonly target: Target;
  readonly field: string;
  readonly address: string;
  readonly ports: readonly ServicePort[];
  readonly hasPls: boolean;
}

/** The requests of the Services of a check, in order. */
export class OneRun {
  readonly #byAddress = new Map<string, Request[]>();
  readonly #byPls = new Map<string, string>();
  readonly #plsGroup: string;
  #hasIpv4 = false;

  /** @param plsGroup default resource group of Private Link Services */
  constructor(plsGroup: string) {
    this.#plsGroup = plsGroup;
  }

  /** The input with the names and frontends of earlier Services, as if they existed in Azure. */
  extend(by: string, input: RuleInput): RuleInput {
    const { named, onFrontend } = input.privateLinkServices ?? {};
    const nameOwner = this.#byPls.get(this.#plsKey(input) ?? "");
    const sharer = requestsOf(by, input).flatMap((request) =>
      this.#others(request).filter(isSharedPls(request)),
    )[0];
    const privateLinkServices = {
      ...input.privateLinkServices,
      ...(!named && nameOwner !== undefined && nameOwner !== by && { named: plsOf(nameOwner, input) }),
      ...(!onFrontend && sharer && { onFrontend: plsOf(sharer.by, input) }),
    };
    return {
      ...input,
      ...(Object.keys(privateLinkServices).length > 0 && { privateLinkServices }),
      ...(input.hasIpv4Frontend === false && { hasIpv4Frontend: this.#hasIpv4 }),
    };
  }

  /** Conflicts of the Service's addresses with those of earlier Services. */
  conflicts(by: string, input: RuleInput, severityOf: Severities): RuleFinding[] {
    return requestsOf(by, input).flatMap((request) => {
      const rule = (other: Request) =>
        request.target === FRONTEND && other.target === FRONTEND
          ? addressPortConflict
          : CLAIMED[request.target === FRONTEND ? "frontend" : "pls"].claimed;
      const found = this.#others(request).flatMap((other) => {
        const violation = conflict(request, other);
        return violation ? [{ rule: rule(other), violation }] : [];
      });
      return found.slice(0, 1).flatMap(({ rule, violation }) => {
        const severity = severityOf(rule);
        return severity === "off" ? [] : [{ rule: rule.id, severity, ...violation }];
      });
    });
  }

  add(by: string, input: RuleInput): void {
    for (const request of requestsOf(by, input))
      this.#byAddress.set(request.address, [...(this.#byAddress.get(request.address) ?? []), request]);
    const key = this.#plsKey(input);
    if (key !== undefined && !this.#byPls.has(key)) this.#byPls.set(key, by);
    this.#hasIpv4 ||= input.intent.internal && input.intent.ipFamilies.includes("IPv4");
  }

  #others({ by, address }: Request): Request[] {
    return (this.#byAddress.get(address) ?? []).filter((other) => other.by !== by);
  }

  #plsKey({ intent: { pls } }: RuleInput): string | undefined {
    if (pls?.name === undefined) return undefined;
    return `${pls.resourceGroup ?? this.#plsGroup}/${pls.name}`.toLowerCase();
  }
}

function requestsOf(by: string, input: RuleInput): Request[] {
  const { ports, pls } = input.intent;
  return TARGETS.flatMap((target) =>
    validAddresses(target, input)
      .slice(0, MOST_ADDRESSES)
      .map(({ field, address }) => ({
        by,
        target,
        field,
        address: formatAddress(address),
        ports,
        hasPls: pls !== undefined,
      })),
  );
}

function conflict(request: Request, other: Request): Violation | undefined {
  const { field, address } = request;
  const name = `Service ${other.by} of this check`;
  const at = { field, value: address };
  if (request.target !== FRONTEND || other.target !== FRONTEND)
    return { ...at, message: `${address} is also requested by ${name}: choose another address` };
  const port = sharedPort(request, other);
  return (
    port && {
      ...at,
      message: portTaken(address, port, { name, hasEveryPort: other.ports.some(isEveryPort) }),
    }
  );
}

function sharedPort({ ports }: Request, other: Request): ServicePort | undefined {
  return ports.find(
    (port) =>
      (isEveryPort(port) && other.ports.length > 0) ||
      other.ports.some((one) => isEveryPort(one) || samePort(one, port)),
  );
}

/** True if both Services share the frontend, and the other one has a Private Link Service on it. */
function isSharedPls(request: Request): (other: Request) => boolean {
  return (other) =>
    request.target === FRONTEND &&
    other.target === FRONTEND &&
    other.hasPls &&
    sharedPort(request, other) === undefined;
}

function plsOf(owner: string, { intent: { pls } }: RuleInput): PlsRow {
  return { id: "", name: pls?.name ?? "", owner, frontendIds: [], frontendAddresses: [], consumers: [] };
}
