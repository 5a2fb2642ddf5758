import * as z from "zod";
import { listClusters } from "../shared/declarations/registry.ts";
import { forecast, listUsage } from "../shared/audit/usage.ts";
import type { SubnetRow } from "../shared/inventory/model.ts";
import { listSubnets } from "../shared/inventory/subnets.ts";
import { parseResourceId, resourceName, sameId } from "../shared/azure/resourceId.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { mapAddresses } from "./addressMap.ts";
import { demandKey, keyOf } from "./key.ts";
import { AddressMap, pageOf as schemaOfPage, Subnet } from "./model.ts";
import type { NamedFilter } from "../shared/core/filters.ts";
import { clusterFilter, demandFilters, subscriptionFilter } from "./filters.ts";
import { defineOperation } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { ApiProblem } from "./problem.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Key = z.strictObject({ key: z.string().min(1).max(2048) });
const HISTORY_DAYS = 90;
const LARGE = 4000;

const Filter = z.strictObject({
  vnet: z.string().optional(),
  /** Name or id of the virtual network. */
  cluster: z.string().toLowerCase().optional(),
  subscription: z.string().optional(),
  /** Text in its name, virtual network or a prefix. */
  q: z.string().optional(),
  ...paging,
});
type Filter = z.infer<typeof Filter>;

export const subnets = [
  defineOperation({
    name: "listSubnets",
    method: "GET",
    path: "/subnets",
    summary:
      "List subnets as of the last scan, with their usage and the date when they are full at the current rate",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(Subnet),
    handle: async ({ run, query }) => {
      const all = await listSubnets(run);
      await demandFilters(filtersOf(run, query, all));
      const matching = await only(run, all, query);
      const page = pageOf(matching, ({ name, id }) => `${name} ${id}`, { ...query, show: (row) => row });
      const show = await shower(run);
      return { body: { ...page, items: await waitForAll(page.items.map(show)) } };
    },
  }),
  defineOperation({
    name: "getSubnet",
    method: "GET",
    path: "/subnets/{key}",
    summary: "Get a subnet",
    role: "Mooring.Reader",
    params: Key,
    response: Subnet,
    handle: async ({ run, params }) => ({ body: await (await shower(run))(await demand(run, params.key)) }),
  }),
  defineOperation({
    name: "getAddresses",
    method: "GET",
    path: "/subnets/{key}/addresses",
    summary:
      "Get the address map of a subnet: free, assigned, claimed, excluded and Azure-reserved addresses, and their holders",
    role: "Mooring.Reader",
    params: Key,
    response: AddressMap,
    handle: async ({ run, params }) => {
      const row = await demand(run, params.key);
      const map = () => mapAddresses(run, row);
      // The map of a large subnet has thousands of rows: concurrent and repeated requests share one read.
      const reading = row.usedAddresses > LARGE ? recently(run, `addresses ${row.id}`, map) : map();
      const [show, addresses] = await waitForAll([shower(run), reading]);
      return { body: { subnet: await show(row), ...addresses } };
    },
  }),
];

/** @throws ApiProblem 404 */
async function demand(run: Run, key: string): Promise<SubnetRow> {
  const id = demandKey(key);
  const row = (await listSubnets(run)).find((one) => sameId(one.id, id));
  if (!row) throw new ApiProblem(404, "Subnet not found in the last scan");
  return row;
}

function filtersOf(
  run: Run,
  { vnet, cluster, subscription }: Filter,
  all: readonly SubnetRow[],
): NamedFilter[] {
  const networks = () => all.flatMap(({ vnetId }) => [vnetId, resourceName(vnetId)]);
  return [
    { name: "vnet", value: vnet, noun: "scanned virtual network", known: networks },
    clusterFilter(run, cluster),
    subscriptionFilter(run, subscription, all.map(subscriptionOf)),
  ];
}

async function only(run: Run, all: readonly SubnetRow[], query: Filter): Promise<SubnetRow[]> {
  const { vnet, cluster, subscription, q = "" } = query;
  const clusters = cluster === undefined ? [] : await listClusters(run);
  const vnetId = clusters.find(({ name }) => name === cluster)?.vnetId ?? "";
  return all.filter((row) => {
    if (cluster !== undefined && !sameId(row.vnetId, vnetId)) return false;
    if (
      vnet !== undefined &&
      !sameId(row.vnetId, vnet) &&
      resourceName(row.vnetId).toLowerCase() !== vnet.toLowerCase()
    )
      return false;
    if (subscription !== undefined && subscriptionOf(row) !== subscription.toLowerCase()) return false;
    return [row.name, row.vnetId, ...row.prefixes].some((text) =>
      text.toLowerCase().includes(q.toLowerCase()),
    );
  });
}

/** Shows subnets with a policy that is read once. */
async function shower(run: Run): Promise<(row: SubnetRow) => Promise<Subnet>> {
  const { policy } = await readPolicy(run);
  return async (row) => {
    const usage = await listUsage(run, row.id);
    const outlook = forecast(usage, run.now().toISOString(), policy.audit.forecastDays);
    return {
      key: keyOf(row.id),
      id: row.id,
      name: row.name,
      vnet: resourceName(row.vnetId),
      vnetId: row.vnetId,
      subscription: subscriptionOf(row),
      prefixes: [...row.prefixes],
      delegations: [...row.delegations],
      plsNetworkPolicies: row.plsNetworkPolicies,
      usable: row.usableAddresses,
      used: row.usedAddresses,
      unknown: row.unknownUses ?? 0,
      scannedAtUtc: row.scannedAtUtc,
      ...(outlook && {
        forecast: { perDay: outlook.perDay, ...(outlook.fullOn !== undefined && { fullOn: outlook.fullOn }) },
      }),
      history: usage.slice(-HISTORY_DAYS).map(({ date, used }) => ({ date, used })),
    };
  };
}

function subscriptionOf({ id }: SubnetRow): string {
  return parseResourceId(id)?.subscription.toLowerCase() ?? "";
}
