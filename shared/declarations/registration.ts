/**
 * Checks a registration against ARM and reports every value that does not match, with the correct one. A registration determines
 * which cluster's declarations count for a node resource group, so a value that ARM does not confirm is refused.
 */
import { waitForAll } from "../core/waitForAll.ts";
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";
import type { ManagedCluster, Subnet } from "../azure/networkModel.ts";
import type { Network } from "../ports/network.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import type { Cluster } from "./clusterModel.ts";

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const GROUP = /^[\p{L}\p{N}_.()-]{1,90}$/u;
const REQUIRED = { error: "required with unchecked" };

const nodeResourceGroup = z.string(REQUIRED).regex(GROUP, "not a valid resource group name");
const vnetId = z
  .string(REQUIRED)
  .refine((id) => hasType(id, "microsoft.network/virtualnetworks"), "not a virtual network id");
const defaultSubnet = z.string(REQUIRED).min(1).max(80);

const Checked = z.strictObject({
  name: z.string().regex(NAME, "must be 1 to 63 lower-case letters, digits and hyphens"),
  resourceId: z
    .string()
    .refine((id) => hasType(id, "microsoft.containerservice/managedclusters"), "not a managed cluster id"),
  nodeResourceGroup: nodeResourceGroup.optional(),
  vnetId: vnetId.optional(),
  defaultSubnet: defaultSubnet.optional(),
});

const Unchecked = Checked.extend({
  nodeResourceGroup,
  vnetId,
  defaultSubnet,
  /** Why the registration is not checked with ARM. */
  unchecked: z
    .string()
    .trim()
    .refine((reason) => reason.length > 0 && reason.length <= 500, "must be a reason of 1 to 500 characters"),
});

/** A registration that ARM completes, or a complete one that is not checked with ARM. */
export type Registration = z.infer<typeof Checked> | z.infer<typeof Unchecked>;

/** The location of a cluster in Azure. */
export type Place = Pick<Cluster, "resourceId" | "nodeResourceGroup" | "vnetId" | "defaultSubnet">;

/** @throws InvalidInput with every malformed field */
export function parseRegistration(registration: unknown): Registration {
  const isUnchecked = (registration as { unchecked?: unknown }).unchecked !== undefined;
  const parsed = (isUnchecked ? Unchecked : Checked).safeParse(registration);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}

/** Ids and names as ARM returns them, and every value that does not match. */
export interface Comparison {
  readonly problems: readonly string[];
  /** False if ARM states that the managed cluster does not exist. */
  readonly exists: boolean;
  /** Absent if a value does not match. */
  readonly place?: Place;
}

type Stated = Pick<Cluster, "resourceId"> & {
  readonly [Field in Exclude<keyof Place, "resourceId">]?: string | undefined;
};

/** @throws the translated ARM error if a resource could not be read: its value is neither confirmed nor refuted */
export async function compareWithArm(network: Network, stated: Stated): Promise<Comparison> {
  const managed = await network.managedCluster(stated.resourceId);
  const subnets = await subnetsFor(network, stated, managed);
  if (!managed) {
    const missing = await clusterMissing(network, stated.resourceId);
    const subnet = subnetProblems(stated, networkOf(subnets, stated.vnetId));
    return { exists: false, problems: [missing, ...subnet] };
  }
  const chosen = chooseNetwork(managed, { subnets, stated });
  const inNetwork = networkOf(subnets, chosen.vnetId);
  const problems = [
    ...(await groupProblems(network, managed, stated)),
    ...chosen.problems,
    ...subnetProblems(stated, inNetwork),
  ];
  const subnet = inNetwork.find((one) => isDefault(one, { stated, managed, inNetwork }));
  if (problems.length > 0) return { exists: true, problems };
  if (!subnet) return { exists: true, problems: [defaultUnknown(inNetwork)] };
  return {
    exists: true,
    problems,
    place: {
      resourceId: managed.id,
      nodeResourceGroup: managed.nodeResourceGroup,
      vnetId: subnet.vnetId,
      defaultSubnet: subnet.name,
    },
  };
}

/** The networks of the subscriptions that may contain the stated network or the cluster's. */
async function subnetsFor(
  network: Network,
  { resourceId, vnetId: stated }: Stated,
  managed: ManagedCluster | undefined,
): Promise<readonly Subnet[]> {
  // If no network is specified, AKS creates one in the managed cluster's subscription.
  const pools = managed?.subnetIds.length === 0 ? [resourceId] : managed?.subnetIds;
  const ids = [stated, ...(pools ?? [])];
  const subscriptions = ids.flatMap((id) => parseResourceId(id ?? "")?.subscription.toLowerCase() ?? []);
  const lists = await waitForAll([...new Set(subscriptions)].map((one) => network.subnets(one)));
  return lists.flat();
}

async function clusterMissing(network: Network, id: string): Promise<string> {
  const { subscription = "", resourceGroup = "", name = "" } = parseResourceId(id) ?? {};
  // Only for the hint: the cluster does not exist in any case.
  const all = await network.managedClusters(subscription).catch(() => []);
  const shown = all.map((one) => `${parseResourceId(one.id)?.resourceGroup}/${resourceName(one.id)}`);
  const likely = all.flatMap((one, index) =>
    resourceName(one.id).toLowerCase() === name.toLowerCase() ? [shown[index]] : [],
  );
  const there = (likely.length > 0 ? likely : shown.toSorted()).slice(0, MOST_NAMED);
  const hint = there.length > 0 ? `; clusters in the subscription: ${there.join(", ")}` : "";
  return `resourceId: managed cluster ${name} does not exist in resource group ${resourceGroup}${hint}`;
}

const MOST_NAMED = 10;

async function groupProblems(
  network: Network,
  { id, nodeResourceGroup: actual }: ManagedCluster,
  stated: Stated,
): Promise<string[]> {
  const about = `managed cluster ${resourceName(id)}`;
  if (actual === "") return [`nodeResourceGroup: ARM returns none for ${about}`];
  const wrong = stated.nodeResourceGroup;
  if (wrong !== undefined && wrong.toLowerCase() !== actual.toLowerCase())
    return [`nodeResourceGroup: ${wrong} is not the node resource group of ${about}; it is ${actual}`];
  const group = await network.resourceGroup(parseResourceId(id)?.subscription ?? "", actual);
  if (!group) return [`nodeResourceGroup: resource group ${actual} does not exist`];
  if (group.managedBy === undefined || sameId(group.managedBy, id)) return [];
  return [`nodeResourceGroup: ${actual} is managed by ${group.managedBy}, not by ${about}`];
}

interface Choosing {
  readonly subnets: readonly Subnet[];
  readonly stated: Stated;
}

interface Chosen {
  readonly vnetId?: string | undefined;
  readonly problems: readonly string[];
}

/** The network of the agent pools. If they have no subnets: the one that AKS created in the node resource group, or the stated one. */
function chooseNetwork(managed: ManagedCluster, { subnets, stated }: Choosing): Chosen {
  const about = `managed cluster ${resourceName(managed.id)}`;
  const pools = networksOf(managed.subnetIds);
  if (pools.length > 1) {
    const problem = `vnetId: the agent pools of ${about} are in several virtual networks: ${pools.join(", ")}`;
    return { problems: [problem], vnetId: stated.vnetId };
  }
  const [own] = pools.length > 0 ? pools : networksMadeByAks(managed, subnets);
  return confirmNetwork({ about, own, wanted: stated.vnetId }, subnets);
}

interface Networks {
  readonly about: string;
  /** As ARM returns it; absent if it returns none. */
  readonly own: string | undefined;
  readonly wanted: string | undefined;
}

function confirmNetwork({ about, own, wanted }: Networks, subnets: readonly Subnet[]): Chosen {
  const chosen = wanted ?? own;
  if (chosen === undefined)
    return { problems: [`vnetId: required, because ARM does not return the virtual network of ${about}`] };
  if (networkOf(subnets, chosen).length === 0) return { problems: [networkMissing(chosen, { about, own })] };
  if (own === undefined || sameId(chosen, own)) return { problems: [], vnetId: chosen };
  const right = `${resourceName(own)} (${own})`;
  const problem = `vnetId: the agent pools of ${about} are not in virtual network ${resourceName(chosen)}; they are in ${right}`;
  return { problems: [problem], vnetId: own };
}

function networkMissing(id: string, { about, own }: Pick<Networks, "about" | "own">): string {
  const missing = `vnetId: virtual network ${resourceName(id)} does not exist or is not visible to Mooring`;
  return own === undefined || sameId(own, id)
    ? missing
    : `${missing}; ${about} is in ${resourceName(own)} (${own})`;
}

/** Distinct ids, in the order of the agent pools. */
function networksOf(subnetIds: readonly string[]): string[] {
  const ids = subnetIds.flatMap((id) => parseResourceId(id)?.parentId ?? []);
  return [...new Map(ids.map((id) => [canonicalId(id), id])).values()];
}

function networksMadeByAks(managed: ManagedCluster, subnets: readonly Subnet[]): string[] {
  const { subscription = "" } = parseResourceId(managed.id) ?? {};
  const group = canonicalId(`/subscriptions/${subscription}/resourceGroups/${managed.nodeResourceGroup}/`);
  return networksOf(subnets.map(({ id }) => id).filter((id) => canonicalId(id).startsWith(group)));
}

function networkOf(subnets: readonly Subnet[], id: string | undefined): readonly Subnet[] {
  return id === undefined ? [] : subnets.filter((subnet) => sameId(subnet.vnetId, id));
}

function subnetProblems(stated: Stated, inNetwork: readonly Subnet[]): string[] {
  const name = stated.defaultSubnet;
  const [first] = inNetwork;
  if (name === undefined || !first || inNetwork.some((subnet) => isNamed(subnet, name))) return [];
  const names = inNetwork.map((subnet) => subnet.name).join(", ");
  return [
    `defaultSubnet: virtual network ${resourceName(first.vnetId)} has no subnet ${name}; available: ${names}`,
  ];
}

interface Defaults {
  readonly stated: Stated;
  readonly managed: ManagedCluster;
  readonly inNetwork: readonly Subnet[];
}

/** The stated subnet; else that of the first agent pool, which the CCM uses by default; else the only one. */
function isDefault(subnet: Subnet, { stated, managed, inNetwork }: Defaults): boolean {
  if (stated.defaultSubnet !== undefined) return isNamed(subnet, stated.defaultSubnet);
  const [first] = managed.subnetIds;
  return first === undefined ? inNetwork.length === 1 : sameId(subnet.id, first);
}

function defaultUnknown(inNetwork: readonly Subnet[]): string {
  const names = inNetwork.map(({ name }) => name).join(", ") || "none";
  return `defaultSubnet: required, because ARM does not return it; use one of ${names}`;
}

function isNamed(subnet: Subnet, name: string): boolean {
  return subnet.name.toLowerCase() === name.toLowerCase();
}

function hasType(id: string, type: string): boolean {
  return parseResourceId(id)?.type.toLowerCase() === type;
}
