/**
 * Checks one virtual network from the inventory: its subnets with their usage over time, and the static addresses that Services of its
 * clusters request. Sends no requests to Azure; addresses that Azure reported as unavailable are verified again by the queue.
 */
import { listClusters } from "../../declarations/registry.ts";
import type { Cluster } from "../../declarations/clusterModel.ts";
import { listConfirmed } from "../../declarations/confirmed.ts";
import { correlation } from "../../core/correlation.ts";
import { listProposals } from "../../declarations/proposals.ts";
import { enqueueOnce } from "../../events/coalesce.ts";
import { claimWork } from "../../inventory/claimWork.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import type { Declared } from "../../kubernetes/intent.ts";
import { canonicalId, parseResourceId, sameId } from "../../azure/resourceId.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";
import type { Checked } from "../checkScope.ts";
import { runChecks } from "../checks.ts";
import { forecast, recordUsage } from "../usage.ts";
import { judgeClaims, unavailableSubjects, type Marked, type Tenant } from "./claims.ts";
import { mapAtMost, waitForAll } from "../../core/waitForAll.ts";

const AT_ONCE = 8;

export async function checkVnet(run: Run, policy: Policy, vnetId: string): Promise<Checked> {
  const [rows, clusters] = await waitForAll([
    Array.fromAsync(run.ports.tables.subnets.list(canonicalId(vnetId))),
    listClusters(run),
  ]);
  const subnets = rows.map(({ value }) => value);
  const here = clusters.filter((cluster) => sameId(cluster.vnetId, vnetId));
  const tenants = await mapAtMost(AT_ONCE, here, async (cluster): Promise<Tenant> => ({
    cluster,
    declared: await listLiving(run, cluster),
  }));
  // Both start before the first await: otherwise a rejection of the first one would be unhandled.
  const [privateLinkServicesBySubnet, proposed] = await waitForAll([
    privateLinkServicesIn(run, vnetId, here),
    withProposed(run, tenants),
  ] as const);
  const [subjects, claims] = await waitForAll([
    subnetSubjects(run, policy, { subnets, tenants, privateLinkServicesBySubnet }),
    judgeClaims(run, subnets, proposed),
  ]);
  await verifyAgain(run, claims.marked);
  const { checks } = policy.audit;
  const found = [
    ...runChecks("subnet", subjects, checks),
    ...runChecks("claim", claims.inUse, checks),
    ...runChecks("unavailable", unavailableSubjects(claims.marked), checks),
  ];
  return { found, looked: subnets.length + claims.looked };
}

/** Confirmed internal Services that are not being deleted. */
async function listLiving(run: Run, { name }: Cluster): Promise<Declared[]> {
  const confirmed = await listConfirmed(run, name);
  return confirmed.filter(({ deletedAtUtc, intent }) => deletedAtUtc === undefined && intent.internal);
}

/** Adds proposed Services: their claims may be marked before a list confirms them. */
function withProposed(run: Run, tenants: readonly Tenant[]): Promise<Tenant[]> {
  return mapAtMost(AT_ONCE, tenants, async ({ cluster, declared }) => {
    const rows = await listProposals(run, cluster.name);
    const proposed = rows.map(({ value }) => value.declared);
    const living = proposed.filter(
      ({ deletedAtUtc, intent }) => deletedAtUtc === undefined && intent.internal,
    );
    return { cluster, declared: [...declared, ...living] };
  });
}

async function verifyAgain(run: Run, marked: readonly Marked[]): Promise<void> {
  for (const { subnet, address } of marked)
    await enqueueOnce(run, claimWork({ subnetId: subnet.id, address }), {
      why: "audit",
      correlationId: correlation()?.correlationId ?? run.newId(),
    });
}

/** Names of Private Link Services by canonical id of their NAT subnets, from the last scan. */
async function privateLinkServicesIn(
  run: Run,
  vnetId: string,
  clusters: readonly Cluster[],
): Promise<ReadonlyMap<string, string[]>> {
  const ids = [vnetId, ...clusters.map(({ resourceId }) => resourceId)];
  const subscriptions = new Set(ids.map((id) => parseResourceId(id)?.subscription.toLowerCase() ?? ""));
  const bySubnet = new Map<string, string[]>();
  for (const subscription of subscriptions)
    for await (const { value } of run.ports.tables.privateLinkServices.list(subscription))
      for (const subnetId of (value.subnetIds ?? []).map(canonicalId))
        bySubnet.set(subnetId, [...(bySubnet.get(subnetId) ?? []), value.name]);
  return bySubnet;
}

interface VnetData {
  readonly subnets: readonly SubnetRow[];
  readonly tenants: readonly Tenant[];
  readonly privateLinkServicesBySubnet: ReadonlyMap<string, string[]>;
}

function subnetSubjects(
  run: Run,
  { audit }: Policy,
  { subnets, tenants, privateLinkServicesBySubnet }: VnetData,
): Promise<Subjects["subnet"][]> {
  const requesting = Map.groupBy(
    tenants.flatMap(({ cluster, declared }) =>
      declared.flatMap((one) =>
        one.intent.pls ? [{ one, name: one.intent.pls.subnet ?? cluster.defaultSubnet }] : [],
      ),
    ),
    ({ name }) => name.toLowerCase(),
  );
  return mapAtMost(AT_ONCE, subnets, async (subnet) => {
    const { id, usedAddresses: used, usableAddresses: usable } = subnet;
    const rows = await recordUsage(run, { subnetId: id, used, usable });
    const prediction = forecast(rows, run.now().toISOString(), audit.forecastDays);
    return {
      subnet,
      audit,
      privateLinkServices: privateLinkServicesBySubnet.get(canonicalId(id)) ?? [],
      requestedBy: (requesting.get(subnet.name.toLowerCase()) ?? []).map(({ one }) => one),
      ...(prediction && { forecast: prediction }),
    };
  });
}
