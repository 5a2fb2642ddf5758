/** Words for what stands in the way of an address: who has it, until when, and what is free nearby. */
import { isNamedFor } from "../intents/frontendName.ts";
import type { Declared, ServicePort } from "../intents/model.ts";
import { isEveryPort, type Obstacle } from "../inventory/obstacle.ts";
import { serviceName } from "../inventory/owner.ts";
import type { Taken } from "../inventory/reserve.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { suggestFree } from "../inventory/suggest.ts";
import type { Run } from "../ports.ts";
import type { Asked, Asking } from "./holders.ts";
import type { Rule, RuleFinding } from "./rule.ts";
import { subnetsWithRoom } from "./rules/subnet.ts";
import { addressInUse, addressPortConflict, addressReserved } from "./rules/holder.ts";
import { waitForAll } from "../waitForAll.ts";

export type TakenHere = Taken<Asked>;

export interface Telling {
  readonly asking: Asking;
  /** The cluster's Services, where rules of a frontend are to be told by Service. */
  readonly declared: readonly Declared[];
  readonly taken: readonly TakenHere[];
}

export async function tellTaken(run: Run, telling: Telling): Promise<RuleFinding[]> {
  return (await waitForAll(telling.taken.map((taken) => tell(run, telling, taken)))).flat();
}

async function tell(run: Run, { asking, declared }: Telling, taken: TakenHere): Promise<RuleFinding[]> {
  const { want, obstacle } = taken;
  const rule = ruleFor(want, obstacle);
  const severity = asking.severityOf(rule);
  if (severity === "off") return [];
  const subnet = want.target.subnet(asking.input.inventory);
  const isPort = obstacle.by === "port" || obstacle.by === "rule";
  // On a shared address another port helps, not another address.
  const { suggestions, hint } =
    subnet && !isPort ? await instead(run, { asking, subnet, want }) : { suggestions: [], hint: "" };
  return [
    {
      rule: rule.id,
      severity,
      field: want.field,
      value: want.address,
      message: `${words(want.address, obstacle, declared)}${hint}`,
      suggestions,
    },
  ];
}

interface Refused {
  readonly asking: Asking;
  readonly subnet: SubnetRow;
  readonly want: Asked;
}

/** What to ask for instead: an address nearby, or, if there is none, another subnet. */
async function instead(run: Run, { asking: { input }, subnet, want }: Refused) {
  const { addresses, isFull } = await suggestFree(run, subnet, want.address, input.allowed.excludedRanges);
  if (!isFull)
    return {
      suggestions: addresses,
      hint: addresses.length > 0 ? `; free nearby: ${addresses.join(", ")}` : "",
    };
  const others = subnetsWithRoom(input).flatMap(({ name }) => (name === subnet.name ? [] : [name]));
  const room = others.length > 0 ? `; these have room: ${others.join(", ")}` : "";
  return { suggestions: others, hint: `; subnet ${subnet.name} is full${room}` };
}

function ruleFor({ target }: Asked, { by }: Obstacle): Rule {
  if (by === "holder") return addressInUse(target);
  return by === "reservation" ? addressReserved(target) : addressPortConflict;
}

function words(address: string, obstacle: Obstacle, declared: readonly Declared[]): string {
  switch (obstacle.by) {
    case "holder":
      return `${address} is in use by ${obstacle.holderId}`;
    case "reservation":
      return `${address} is reserved for Service ${serviceName(obstacle.reservation.owner)} until ${obstacle.reservation.expiresAtUtc}`;
    case "port":
      return portTaken(address, obstacle.port, {
        name: `Service ${serviceName(obstacle.reservation.owner)}`,
        hasEveryPort: obstacle.reservation.ports?.some(isEveryPort) ?? false,
      });
    case "rule": {
      const owner = declared.find(({ uid }) => isNamedFor(obstacle.use.rule, uid));
      const who = owner ? `Service ${serviceName(owner)}` : `rule ${obstacle.use.rule}`;
      return portTaken(address, obstacle.port, { name: who, hasEveryPort: isEveryPort(obstacle.use) });
    }
  }
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
