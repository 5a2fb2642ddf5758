/** Services of one check against each other: the cluster would get them together, and none of them is recorded yet. Pure. */
import { formatAddress } from "../addresses/prefix.ts";
import type { ServicePort } from "../intents/model.ts";
import type { LinkRow } from "../inventory/model.ts";
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
  readonly hasLink: boolean;
}

/** What the Services of a check request, in their order. */
export class OneRun {
  readonly #byAddress = new Map<string, Request[]>();
  readonly #byLink = new Map<string, string>();
  readonly #linkGroup: string;
  #hasIpv4 = false;

  /** @param linkGroup resource group of Private Link Services that name none */
  constructor(linkGroup: string) {
    this.#linkGroup = linkGroup;
  }

  /** The input as the earlier Services change it: their names and frontends count as those that Azure has. */
  extend(by: string, input: RuleInput): RuleInput {
    const { named, onFrontend } = input.links ?? {};
    const nameOwner = this.#byLink.get(this.#linkKey(input) ?? "");
    const sharer = requestsOf(by, input).flatMap((request) =>
      this.#others(request).filter(isSharedLink(request)),
    )[0];
    const links = {
      ...input.links,
      ...(!named && nameOwner !== undefined && nameOwner !== by && { named: linkOf(nameOwner, input) }),
      ...(!onFrontend && sharer && { onFrontend: linkOf(sharer.by, input) }),
    };
    return {
      ...input,
      ...(Object.keys(links).length > 0 && { links }),
      ...(input.hasIpv4Frontend === false && { hasIpv4Frontend: this.#hasIpv4 }),
    };
  }

  /** What the Service's addresses meet among those of earlier Services. */
  conflicts(by: string, input: RuleInput, severityOf: Severities): RuleFinding[] {
    return requestsOf(by, input).flatMap((request) => {
      const rule = (other: Request) =>
        request.target === FRONTEND && other.target === FRONTEND
          ? addressPortConflict
          : CLAIMED[request.target === FRONTEND ? "frontend" : "link"].claimed;
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
    const key = this.#linkKey(input);
    if (key !== undefined && !this.#byLink.has(key)) this.#byLink.set(key, by);
    this.#hasIpv4 ||= input.intent.internal && input.intent.ipFamilies.includes("IPv4");
  }

  #others({ by, address }: Request): Request[] {
    return (this.#byAddress.get(address) ?? []).filter((other) => other.by !== by);
  }

  #linkKey({ intent: { link } }: RuleInput): string | undefined {
    if (link?.name === undefined) return undefined;
    return `${link.resourceGroup ?? this.#linkGroup}/${link.name}`.toLowerCase();
  }
}

function requestsOf(by: string, input: RuleInput): Request[] {
  const { ports, link } = input.intent;
  return TARGETS.flatMap((target) =>
    validAddresses(target, input)
      .slice(0, MOST_ADDRESSES)
      .map(({ field, address }) => ({
        by,
        target,
        field,
        address: formatAddress(address),
        ports,
        hasLink: link !== undefined,
      })),
  );
}

function conflict(request: Request, other: Request): Violation | undefined {
  const { field, address } = request;
  const name = `Service ${other.by} of this check`;
  const at = { field, value: address };
  if (request.target !== FRONTEND || other.target !== FRONTEND)
    return { ...at, message: `${address} is requested by ${name}: choose another address` };
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

/** True of a frontend that both have, with a Private Link Service of the other. */
function isSharedLink(request: Request): (other: Request) => boolean {
  return (other) =>
    request.target === FRONTEND &&
    other.target === FRONTEND &&
    other.hasLink &&
    sharedPort(request, other) === undefined;
}

function linkOf(owner: string, { intent: { link } }: RuleInput): LinkRow {
  return { id: "", name: link?.name ?? "", owner, frontendIds: [], frontendAddresses: [], consumers: [] };
}
