/** Messages about addresses and names in use: by which Service, when they become free, and which are free nearby. */
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
import { whatFreesOfDeleted } from "./deletedHolder.ts";
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
  // A port conflict is resolved by another port: free addresses do not help.
  const { suggestions, hint } =
    want.subnet && !isPort
      ? await instead(run, { asking, subnet: want.subnet, want })
      : { suggestions: [], hint: "" };
  const message = `${whoHas(answered)}${await whatNext(run, asking, answered)}${hint}`;
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

/** When the address or name becomes free. */
async function whatNext(run: Run, { cluster, owner }: Asking, answered: Answered): Promise<string> {
  const { holder, isPlanned } = answered;
  if (!holder) return "";
  const { status, claim, silentSince, deletion } = holder;
  const name = holder.owner.cluster;
  if (isPlanned)
    return `; policy \`claims.plannedMoves\` does not allow namespace ${owner.namespace} to replace it`;
  if (claim?.state === "proposed" && claim.restores !== undefined)
    return "; an operator restores that Service's Private Link Service: use another name";
  if (deletion) return whatFreesOfDeleted(run, answered, deletion);
  if (name !== cluster.name && silentSince !== undefined)
    return `; cluster ${reportedLast(name, silentSince)}; if the cluster was deleted, an operator sweeps its orphans, then runs \`mooring clusters remove ${name}\``;
  if (status === "leaving")
    return `; that Service is being deleted: retry after cluster ${name} confirms the deletion`;
  if (claim?.state === "proposed")
    return `; its cluster has not confirmed the claim, which expires at ${claim.expiresAtUtc}`;
  return "";
}

function reportedLast(name: string, silentSince: string): string {
  return silentSince === "never"
    ? `${name} has never reported its Services`
    : `${name} has not reported since ${silentSince}`;
}

/** Warnings about places that are claimed while another Service still has them. */
export function reportHandovers({ severityOf }: Asking, handovers: readonly Answered[]): RuleFinding[] {
  return handovers.flatMap(({ want, holder }): RuleFinding[] => {
    const rule = want.rules.handover;
    const severity = severityOf(rule);
    if (!holder || severity === "off") return [];
    const value = want.text;
    return [{ rule: rule.id, severity, field: want.field, value, message: handoverMessage(value, holder) }];
  });
}

function handoverMessage(text: string, { owner, status, deletion }: Holder): string {
  const name = `Service ${serviceName(owner)}`;
  const until = "pending until it is free";
  if (deletion) return `${text} is taken over from ${name}, whose cluster was deleted: ${until}`;
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
      message: `cluster ${cluster.name} has ${most} unconfirmed address claims in subnet ${subnet.name}, the limit of policy \`claims\`: retry in a minute, when its Services are confirmed`,
    })),
  );
}

interface Refused {
  readonly asking: Asking;
  readonly subnet: SubnetRow;
  readonly want: Asked;
}

/** Suggestions: free addresses nearby, or another subnet if this one is full. */
async function instead(run: Run, { asking: { input }, subnet, want }: Refused) {
  const { addresses, isFull } = await suggestFree(run, subnet, want.text, input.allowed.excludedRanges);
  if (!isFull)
    return {
      suggestions: addresses,
      hint: addresses.length > 0 ? `; nearest free addresses: ${addresses.join(", ")}` : "",
    };
  const others = subnetsWithRoom(input).flatMap(({ name }) => (name === subnet.name ? [] : [name]));
  const room = others.length > 0 ? `; subnets with free addresses: ${others.join(", ")}` : "";
  return { suggestions: others, hint: `; subnet ${subnet.name} is full${holdersText(subnet)}${room}` };
}

export interface PortHolder {
  readonly name: string;
  /** With high-availability ports. */
  readonly hasEveryPort: boolean;
}

export function portTaken(address: string, port: ServicePort, { name, hasEveryPort }: PortHolder): string {
  if (hasEveryPort)
    return `${name} uses all ports of ${address} (high-availability ports): use another address`;
  if (isEveryPort(port))
    return `high-availability ports require all ports of ${address}, but ${name} uses some: use another address`;
  return `${port.protocol}/${port.port} on ${address} is in use by ${name}: use another port or address`;
}
