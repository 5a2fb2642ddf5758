/** What a deleted cluster left behind, and a sweep of it. */
import { createApply } from "../../shared/changes/apply.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import type { PrivateLinkService, LoadBalancer } from "../../shared/azure/networkModel.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import {
  balancer,
  balancerBody,
  cluster,
  connection,
  declared,
  intent,
  pls,
  plsBody,
  plsIntent,
  NOW,
} from "./world.ts";

export const DAY = 24 * 3600;
export const ITEM = { what: "orphans", id: "all", why: "timer", seenAtUtc: NOW, correlationId: "c" };

/** The managed cluster was deleted with its nodes; its load balancer and its Private Link Service, with a disconnected connection, were not. */
export async function deletedCluster(): Promise<MemoryRun> {
  const run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.declarations.transact("one", [
    { do: "put", key: "shop/web", value: declared({ intent: intent({ pls: plsIntent() }) }) },
  ]);
  place(run, [deserted()], [pls({ connections: [connection({ status: "Disconnected" })] })]);
  return run;
}

/** No nodes are left in its pools. */
export const deserted = (some: Parameters<typeof balancer>[0] = {}) => balancer({ pools: [], ...some });

/** Both in lists and by id. */
export function place(
  run: MemoryRun,
  balancers: LoadBalancer[],
  privateLinkServices: PrivateLinkService[],
): void {
  run.network.balancers = balancers;
  run.network.allPrivateLinkServices = privateLinkServices;
  for (const one of balancers) run.resources.place(one.id, balancerBody(one));
  for (const one of privateLinkServices) run.resources.place(one.id, plsBody(one));
  for (const { id, status } of privateLinkServices.flatMap(({ connections }) => connections))
    placeConnection(run, id, status);
}

export function placeConnection(run: MemoryRun, id: string, status: string): void {
  const privateLinkServiceConnectionState = { status };
  run.resources.place(id, {
    properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState },
  });
}

export function enforceSweep(run: MemoryRun, some: object = {}) {
  return applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, ...some });
}

/** `outcome name reason` for each change. */
export async function swept(run: MemoryRun): Promise<string[]> {
  const applied = await sweepOrphans(run, createApply(run.resources), ITEM);
  return applied.map(({ change, outcome, why }) =>
    [outcome, change.resourceId.split("/").at(-1), ...(why ? [why] : [])].join(" "),
  );
}

/** `kind until due` for each row. */
export async function quarantineOf(run: MemoryRun): Promise<string[]> {
  return (await listQuarantine(run)).map(({ kind, deleteAfterUtc }) => `${kind} until ${deleteAfterUtc}`);
}

/** The lists forget what was deleted by id. */
export function settle({ network, resources }: MemoryRun): void {
  const isThere = ({ id }: { readonly id: string }) => resources.bodyOf(id) !== undefined;
  network.balancers = network.balancers.filter(isThere);
  network.allPrivateLinkServices = network.allPrivateLinkServices
    .filter(isThere)
    .map((one) => ({ ...one, connections: one.connections.filter(isThere) }));
}
