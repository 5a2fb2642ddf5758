/** Messages about who has an address or a name: which Service, what happens next, and what is free nearby. */
import type { Exceeded } from "../inventory/claimQuota.ts";
import { holdersText } from "../inventory/heldBy.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { isEveryPort } from "../inventory/obstacle.ts";
import { serviceName } from "../inventory/owner.ts";
import { suggestFree } from "../inventory/suggest.ts";
import type { Taken } from "../inventory/takeClaims.ts";
import type { ServicePort } from "../kubernetes/intent.ts";
import { holderName } from "../azure/holderName.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Asked, Asking } from "./claims.ts";
import type { Answered, Holder } from "./handover.ts";
import type { Rule, RuleFinding } from "./rule.ts";
import { addressPortConflict, claimQuota } from "./rules/claims.ts";
import { subnetsWithRoom } from "./rules/subnet.ts";

export type TakenHere = Taken<Asked>;

export async function reportTaken(
  run: Run,
  asking: Asking,
  refused: readonly Answered[],
): Promise<RuleFinding[]> {
  return (await waitForAll(refused.map((one) => reportOne(run, asking, one)))).flat();
}

async function reportOne(run: Run, asking: Asking, answered: Answered): Promise<RuleFinding[]> {
  const { want, obstacle } = answered;
  const rule = ruleFor(answered);
  const severity = asking.severityOf(rule);
  if (severity === "off") return [];
  const isPort = obstacle.by === "port" || obstacle.by === "rule";
  // On a shared address another port helps, not another address.
  const { suggestions, hint } =
    want.subnet && !isPort
      ? await instead(run, { asking, subnet: want.subnet, want })
      : { suggestions: [], hint: "" };
  const message = `${whoHas(answered)}${whatNext(asking, answered)}${hint}`;
  return [{ rule: rule.id, severity, field: want.field, value: want.text, message, suggestions }];
}

function ruleFor({ want, obstacle }: Answered): Rule {
  if (obstacle.by === "holder") return want.rules.held;
  return obstacle.by === "claim" ? want.rules.claimed : addressPortConflict;
}

function whoHas({ want: { text }, obstacle, holder }: Answered): string {
  const name = holder && `Service ${serviceName(holder.owner)}`;
  switch (obstacle.by) {
    case "holder":
      return `${text} is in use by ${name ?? holderName(obstacle.holderId)}`;
    case "claim":
      return `${text} is ${stateOf(holder)} by ${name}`;
    case "port":
      return portTaken(text, obstacle.port, {
        name: name ?? "",
        hasEveryPort: obstacle.claim.ports?.some(isEveryPort) ?? false,
      });
    case "rule":
      return portTaken(text, obstacle.port, {
        name: name ?? `rule ${obstacle.use.rule}`,
        hasEveryPort: isEveryPort(obstacle.use),
      });
  }
}

function stateOf(holder: Holder | undefined): string {
  return holder?.claim?.state === "proposed" ? "claimed" : "declared";
}

/** What frees the place. */
function whatNext({ cluster, owner }: Asking, { holder, isPlanned }: Answered): string {
  if (!holder) return "";
  const { status, claim, silentSince } = holder;
  const name = holder.owner.cluster;
  if (isPlanned)
    return `, and policy \`claims.plannedMoves\` does not let namespace ${owner.namespace} replace it`;
  if (name !== cluster.name && silentSince !== undefined)
    return `, whose cluster ${reportedLast(name, silentSince)}; if the cluster was deleted, an operator runs \`mooring clusters remove ${name}\``;
  if (status === "leaving") return `, which is being deleted: retry when cluster ${name} has confirmed it`;
  if (claim?.state === "proposed")
    return `, which its cluster has not confirmed yet (until ${claim.expiresAtUtc})`;
  return "";
}

function reportedLast(name: string, silentSince: string): string {
  return silentSince === "never"
    ? `${name} has never reported its Services`
    : `${name} has not reported since ${silentSince}`;
}

/** The places are claimed, and another Service still has them. */
export function reportHandovers({ severityOf }: Asking, handovers: readonly Answered[]): RuleFinding[] {
  return handovers.flatMap(({ want, holder }): RuleFinding[] => {
    const rule = want.rules.handover;
    const severity = severityOf(rule);
    if (!holder || severity === "off") return [];
    const value = want.text;
    return [{ rule: rule.id, severity, field: want.field, value, message: handoverMessage(value, holder) }];
  });
}

function handoverMessage(text: string, { owner, status }: Holder): string {
  const name = `Service ${serviceName(owner)}`;
  const until = "the controller retries until Azure frees it";
  if (status === "living") return `${text} is taken over from ${name}, which still has it: ${until}`;
  const how = status === "ended" ? "no longer declares it" : "is being deleted";
  return `${text} is taken over from ${name}, which ${how}: ${until}`;
}

export function reportQuota(
  { cluster, severityOf }: Asking,
  exceeded: readonly Exceeded<Asked>[],
): RuleFinding[] {
  const severity = severityOf(claimQuota);
  if (severity === "off") return [];
  return exceeded.flatMap(({ counted: { subnet, places }, most }) =>
    places.map(({ text, field }) => ({
      rule: claimQuota.id,
      severity,
      field,
      value: text,
      message: `cluster ${cluster.name} claims ${most} addresses of subnet ${subnet.name} that it has not confirmed yet, the most that policy allows: retry when its Services are confirmed, usually within a minute`,
    })),
  );
}

interface Refused {
  readonly asking: Asking;
  readonly subnet: SubnetRow;
  readonly want: Asked;
}

/** What to request instead: an address nearby, or, if there is none, another subnet. */
async function instead(run: Run, { asking: { input }, subnet, want }: Refused) {
  const { addresses, isFull } = await suggestFree(run, subnet, want.text, input.allowed.excludedRanges);
  if (!isFull)
    return {
      suggestions: addresses,
      hint: addresses.length > 0 ? `; free nearby: ${addresses.join(", ")}` : "",
    };
  const others = subnetsWithRoom(input).flatMap(({ name }) => (name === subnet.name ? [] : [name]));
  const room = others.length > 0 ? `; these have room: ${others.join(", ")}` : "";
  return { suggestions: others, hint: `; subnet ${subnet.name} is full${holdersText(subnet)}${room}` };
}

export interface PortHolder {
  readonly name: string;
  /** By high-availability ports. */
  readonly hasEveryPort: boolean;
}

export function portTaken(address: string, port: ServicePort, { name, hasEveryPort }: PortHolder): string {
  if (hasEveryPort)
    return `${name} has every port of ${address} (high-availability ports): take another address`;
  if (isEveryPort(port))
    return `high-availability ports need ${address} alone, and ${name} has ports on it: take another address`;
  return `${port.protocol}/${port.port} on ${address} is taken by ${name}: take another port, or another address`;
}
