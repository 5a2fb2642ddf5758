/** What an operator can hold: everything that a sweep may delete, also while a Service uses it. */
import { isNamed } from "../azure/resourceId.ts";
import { InvalidInput } from "../core/errors.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { gatherWorld } from "./gather.ts";
import type { World } from "./world.ts";

/**
 * The id of a load balancer, frontend, rule, probe, Private Link Service or connection, as Azure reports it now.
 * @param selector name or id
 * @throws InvalidInput if Azure does not report it, naming subscriptions that could not be read; or if several match
 */
export async function findHoldable(run: Run, selector: string): Promise<string> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  const [id, ...others] = idsIn(world).filter((one) => isNamed(one, selector));
  if (id === undefined) throw new InvalidInput(absent(world, selector));
  if (others.length > 0)
    throw new InvalidInput([id, ...others].map((one) => `${selector} may be ${one}: specify its id`));
  return id;
}

function idsIn({ balancers, privateLinkServices }: World): string[] {
  const onBalancers = balancers.flatMap(({ id, frontends, rules, probes }) => [
    id,
    ...[...frontends, ...rules, ...probes].map((one) => one.id),
  ]);
  const onPrivateLinkServices = privateLinkServices.flatMap(({ id, connections }) => [
    id,
    ...connections.map((one) => one.id),
  ]);
  return [...onBalancers, ...onPrivateLinkServices];
}

function absent({ unreadable }: World, selector: string): string[] {
  return [
    `${selector} is not a load balancer, frontend, rule, probe, Private Link Service or connection in the watched subscriptions`,
    ...[...unreadable.keys()].map(
      (one) => `subscription ${one} could not be read: \`mooring doctor\` states the cause`,
    ),
  ];
}
