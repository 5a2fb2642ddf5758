/** Takes the asked addresses for a Service, or tells who has them: the rules that the reservation decides. */
import { formatAddress } from "../addresses/prefix.ts";
import type { Cluster } from "../clusters/model.ts";
import { clusterOfFrontend } from "../links/owner.ts";
import { findTaken, reserve } from "../inventory/reserve.ts";
import { isControllers, isNamedFor } from "../intents/frontendName.ts";
import { listDeclared } from "../declarations/declared.ts";
import type { Want } from "../inventory/obstacle.ts";
import type { Declared, ServiceKey } from "../intents/model.ts";
import { parseResourceId, resourceName, sameId } from "../network/resourceId.ts";
import { onOneBalancer } from "./oneBalancer.ts";
import { reservationEnd } from "./known.ts";
import type { Run } from "../ports.ts";
import type { RuleFinding, RuleInput } from "./rule.ts";
import type { Severities } from "./rules.ts";
import { addressInUse } from "./rules/holder.ts";
import {
  FRONTEND,
  LINK,
  MOST_ADDRESSES,
  TARGETS,
  validAddresses,
  type Target,
  type ValidRequest,
} from "./rules/requested.ts";
import { tellTaken, type TakenHere } from "./taken.ts";

export interface Asking {
  readonly cluster: Cluster;
  readonly input: RuleInput;
  readonly owner: ServiceKey;
  readonly severityOf: Severities;
  /** Only look: the Service is refused already, or it is a dry run. */
  readonly readOnly: boolean;
}

/** An address that is wanted, and the field that wants it. */
export interface Asked extends Want {
  readonly target: Target;
  readonly field: string;
}

/** Empty if every address is now the Service's own (or could be, when only looking), or if none can be asked for here. */
export async function holderFindings(run: Run, asking: Asking): Promise<RuleFinding[]> {
  const { once, twice } = apart(onOneBalancer(wantsOf(asking)));
  if (once.length === 0) return [];
  const isRefused = twice.some(({ want }) => asking.severityOf(addressInUse(want.target)) === "deny");
  const taking = { ...asking, readOnly: asking.readOnly || isRefused };
  const taken = await take(run, taking, once);
  const rules = taken.flatMap(({ obstacle }) => (obstacle.by === "rule" ? [obstacle.use.rule] : []));
  // Rules name Services by uid only; who that is, is asked when it matters.
  const declared = rules.length > 0 ? await listDeclared(run, asking.cluster.name) : [];
  const goneRules = new Set(rules.filter((rule) => isOfDeleted(rule, declared)));
  if (goneRules.size === 0) return tellTaken(run, { asking, declared, taken: [...taken, ...twice] });
  const again = once.map((want) => ({ ...want, goneRules }));
  const left = await take(run, taking, again);
  return tellTaken(run, { asking, declared, taken: [...left, ...twice] });
}

const ITSELF = "this Service's own frontend";

/** One address cannot be a frontend's and a link's: whoever asks for it twice has it in his own way. */
function apart(wants: readonly Asked[]): { readonly once: Asked[]; readonly twice: TakenHere[] } {
  const isSame = (a: Asked, b: Asked) => a.address === b.address && sameId(a.subnetId, b.subnetId);
  const isFirst = (want: Asked, index: number) => wants.findIndex((one) => isSame(one, want)) === index;
  const twice = wants.filter((want, index) => !isFirst(want, index));
  return {
    once: wants.filter(isFirst),
    twice: twice.map((want) => ({
      want,
      row: { address: want.address },
      obstacle: { by: "holder", holderId: ITSELF },
    })),
  };
}

async function take(run: Run, asking: Asking, wants: readonly Asked[]): Promise<readonly TakenHere[]> {
  const request = { owner: asking.owner, expiresAtUtc: await reservationEnd(run), wants };
  return asking.readOnly ? findTaken(run, request) : reserve(run, request);
}

/** Its Service was deleted and the controller has not followed yet: whoever comes next may have the port. */
function isOfDeleted(rule: string, declared: readonly Declared[]): boolean {
  const owner = declared.find(({ uid }) => isNamedFor(rule, uid));
  return owner?.deletedAtUtc !== undefined;
}

/** Where each asked address lies, apart from those whose subnet is not known. */
export function wantsOf({ cluster, input }: Pick<Asking, "cluster" | "input">): Asked[] {
  return TARGETS.flatMap((target) => {
    const subnet = target.subnet(input.inventory);
    if (!subnet) return [];
    return validAddresses(target, input)
      .slice(0, MOST_ADDRESSES)
      .map((requested): Asked => {
        const isKept = wasAsked(target, input, requested);
        return {
          target,
          field: requested.field,
          subnetId: subnet.id,
          address: formatAddress(requested.address),
          ...(target === FRONTEND && {
            ports: input.intent.ports,
            hadPorts: isKept ? (input.old?.intent.ports ?? []) : [],
          }),
          mayShare: (holderId) =>
            target === LINK ? isOwnLink(holderId, input, isKept) : isOwnFrontend(holderId, cluster),
        };
      });
  });
}

/** True if the Service asked for the same address before this update. */
function wasAsked(target: Target, { old }: RuleInput, { address }: ValidRequest): boolean {
  if (!old) return false;
  return validAddresses(target, old).some(
    (before) => before.address.family === address.family && before.address.value === address.value,
  );
}

/** The cloud controller looks for shared frontends on its own internal load balancers only. */
const INTERNAL_BALANCER = /\/loadBalancers\/[^/]+-internal\/frontendIPConfigurations\//i;

/** Services of a cluster share its frontends by design. One of a person would be deleted with the last Service that shares it. */
function isOwnFrontend(holderId: string, cluster: Cluster): boolean {
  const type = parseResourceId(holderId)?.type.toLowerCase();
  return (
    type === "microsoft.network/loadbalancers/frontendipconfigurations" &&
    INTERNAL_BALANCER.test(holderId) &&
    isControllers(resourceName(holderId)) &&
    clusterOfFrontend(holderId, [cluster]) !== undefined
  );
}

/** A link's address is the link's alone. */
function isOwnLink(holderId: string, { links }: RuleInput, isKept: boolean): boolean {
  if (links?.own && sameId(links.own.id, holderId)) return true;
  return isKept && parseResourceId(holderId)?.type.toLowerCase() === "microsoft.network/privatelinkservices";
}
