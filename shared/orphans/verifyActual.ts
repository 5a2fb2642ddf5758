/**
 * Evidence against the delete of a resource in its own body, read by id: a list of Azure may lag behind or be
 * filtered by permissions. States that allow the delete are listed; everything else prevents it. Pure.
 */
import { isListEdit, type Change, type ListEdit } from "../changes/plan.ts";
import type { Json, JsonObject, Resource } from "../ports/resources.ts";
import type { LoadBalancer } from "../azure/networkModel.ts";
import { sameId } from "../azure/resourceId.ts";
import type { OrphanKind } from "./model.ts";

/** The candidate, and what the write would remove. */
export interface Expected {
  readonly kind: OrphanKind;
  readonly change: Change;
  /** The load balancer from the list; absent if it was not listed. */
  readonly balancer?: LoadBalancer | undefined;
  /** For a resource whose Service exists: the only version that may be deleted. */
  readonly version?: string | undefined;
  /** True if the cluster was deleted: then no pool may have members. */
  readonly isOfDeleted: boolean;
  /** True if the connection is deleted with its Private Link Service. */
  readonly isWithPls: boolean;
}

/** Lists that Azure always reports, empty or not. Without them the resource may be in use. */
const DECISIVE: Readonly<Record<OrphanKind, readonly string[]>> = {
  loadBalancer: ["frontendIPConfigurations", "backendAddressPools", "loadBalancingRules"],
  frontend: ["frontendIPConfigurations", "backendAddressPools", "loadBalancingRules"],
  rule: ["frontendIPConfigurations", "loadBalancingRules", "probes"],
  pls: ["privateEndpointConnections"],
  connection: [],
};

/**
 * Why the resource must not be deleted, from its own body; `undefined` if there is no evidence against the
 * write.
 */
export function verifyActual(actual: Resource, expected: Expected): string | undefined {
  const properties = objectOf(actual.body["properties"]);
  const { kind } = expected;
  const missing = DECISIVE[kind].find((list) => !Array.isArray(properties[list]));
  if (missing !== undefined) return `Azure did not report its ${missing}`;
  if (kind === "loadBalancer") return againstBalancer(properties, expected);
  if (kind === "frontend") return againstFrontends(properties, expected);
  if (kind === "rule") return againstRules(properties, expected);
  return kind === "pls" ? againstPls(properties, actual, expected) : againstConnection(properties, expected);
}

function againstBalancer(properties: JsonObject, { balancer, isOfDeleted }: Expected): string | undefined {
  if (!balancer) return "it was not in the list of load balancers";
  const frontends = itemsOf(properties, "frontendIPConfigurations");
  return (
    unlisted("frontend", frontends, balancer.frontends) ??
    unlisted("rule", itemsOf(properties, "loadBalancingRules"), balancer.rules) ??
    otherUse(properties, () => true) ??
    plsOn(frontends) ??
    (isOfDeleted ? membersIn(itemsOf(properties, "backendAddressPools")) : undefined)
  );
}

function againstFrontends(properties: JsonObject, expected: Expected): string | undefined {
  const { balancer, change, isOfDeleted } = expected;
  if (!balancer) return "its load balancer was not in the list";
  const frontends = removedFrom(change, "frontendIPConfigurations");
  const pools = removedFrom(change, "backendAddressPools");
  const isHere = (item: JsonObject) => isOn(item, balancer.id, frontends);
  const rules = itemsOf(properties, "loadBalancingRules").filter(isHere);
  const known = balancer.rules.filter(({ frontendId }) =>
    frontends.some((name) => sameId(frontendId, frontendIdOf(balancer.id, name))),
  );
  const all = itemsOf(properties, "backendAddressPools");
  return (
    unlisted("rule", rules, rules.every(namesFrontend) ? known : balancer.rules) ??
    otherUse(properties, isHere) ??
    plsOn(itemsOf(properties, "frontendIPConfigurations").filter((one) => isAmong(one, frontends))) ??
    membersIn(isOfDeleted ? all : all.filter((one) => isAmong(one, pools)))
  );
}

/** Another rule may use a probe that is removed, and a rule may have moved to another frontend. */
function againstRules(properties: JsonObject, { balancer, change }: Expected): string | undefined {
  if (!balancer) return "its load balancer was not in the list";
  const removed = removedFrom(change, "loadBalancingRules");
  const probes = removedFrom(change, "probes").map((name) => `${balancer.id}/probes/${name}`);
  const rules = itemsOf(properties, "loadBalancingRules");
  const moved = rules.find((one) => isAmong(one, removed) && !isWhereListed(one, balancer));
  if (moved) return `its rule ${textOf(moved["name"])} is on another frontend than in the list`;
  const user = rules.find((one) => !isAmong(one, removed) && usesProbe(one, probes));
  return user && `rule ${textOf(user["name"])} uses a probe that would be removed`;
}

function isWhereListed(item: JsonObject, { rules }: LoadBalancer): boolean {
  const listed = rules.find(({ name }) => isAmong(item, [name]));
  return listed !== undefined && (!namesFrontend(item) || sameId(frontendOf(item), listed.frontendId));
}

function usesProbe(item: JsonObject, probeIds: readonly string[]): boolean {
  const id = textOf(objectOf(objectOf(item["properties"])["probe"])["id"]);
  return probeIds.some((one) => sameId(one, id));
}

/** Azure's words for a connection whose consumer can send nothing through it. */
const UNUSED: readonly string[] = ["Rejected", "Disconnected"];

function againstPls(properties: JsonObject, actual: Resource, { version }: Expected): string | undefined {
  if (version !== undefined && actual.version !== version) return "it was written since it was judged";
  const used = itemsOf(properties, "privateEndpointConnections").find(
    (one) => !UNUSED.includes(statusOf(objectOf(one["properties"]))),
  );
  if (!used) return undefined;
  const status = statusOf(objectOf(used["properties"])) || "in an unknown state";
  return `its private endpoint connection ${textOf(used["name"]) || textOf(used["id"])} is ${status}`;
}

function againstConnection(properties: JsonObject, { isWithPls }: Expected): string | undefined {
  const status = statusOf(properties);
  const allowed = isWithPls ? UNUSED : ["Disconnected"];
  return allowed.includes(status) ? undefined : `it is ${status || "in an unknown state"}`;
}

function statusOf(properties: JsonObject): string {
  return textOf(objectOf(properties["privateLinkServiceConnectionState"])["status"]);
}

function unlisted(
  what: string,
  items: readonly JsonObject[],
  listed: readonly { readonly name: string }[],
): string | undefined {
  const names = listed.map(({ name }) => name);
  const extra = items.find((one) => !isAmong(one, names));
  return extra && `its ${what} ${textOf(extra["name"])} was missing from the list`;
}

function otherUse(properties: JsonObject, isHere: (item: JsonObject) => boolean): string | undefined {
  const lists = ["inboundNatRules", "inboundNatPools", "outboundRules"];
  const use = lists.flatMap((list) => itemsOf(properties, list)).find(isHere);
  return use && `outbound or inbound NAT rule ${textOf(use["name"])} uses it`;
}

function plsOn(frontends: readonly JsonObject[]): string | undefined {
  const taken = frontends.find((one) => isPresent(objectOf(one["properties"])["privateLinkService"]));
  return taken && `a Private Link Service is attached to frontend ${textOf(taken["name"])}`;
}

function membersIn(pools: readonly JsonObject[]): string | undefined {
  const used = pools.find((one) =>
    ["backendIPConfigurations", "loadBalancerBackendAddresses"].some(
      (list) => itemsOf(objectOf(one["properties"]), list).length > 0,
    ),
  );
  return used && `backend pool ${textOf(used["name"])} has members`;
}

/** True if the item uses one of the frontends, or does not name the one that it uses. */
function isOn(item: JsonObject, balancerId: string, frontends: readonly string[]): boolean {
  const { frontendIPConfigurations: several } = objectOf(item["properties"]);
  const ids = [frontendOf(item), ...listOf(several).map((one) => textOf(objectOf(one)["id"]))].filter(
    Boolean,
  );
  const isRemoved = (id: string) => frontends.some((name) => sameId(id, frontendIdOf(balancerId, name)));
  return ids.length === 0 || ids.some(isRemoved);
}

function namesFrontend(item: JsonObject): boolean {
  return frontendOf(item) !== "";
}

function frontendOf(item: JsonObject): string {
  return textOf(objectOf(objectOf(item["properties"])["frontendIPConfiguration"])["id"]);
}

function frontendIdOf(balancerId: string, name: string): string {
  return `${balancerId}/frontendIPConfigurations/${name}`;
}

function isAmong(item: JsonObject, names: readonly string[]): boolean {
  const name = textOf(item["name"]).toLowerCase();
  return names.some((one) => one.toLowerCase() === name);
}

function removedFrom(change: Change, list: string): readonly string[] {
  if (change.action !== "update") return [];
  const edits: readonly ListEdit[] = change.edits.filter(isListEdit);
  return edits.filter(({ path }) => path === `properties.${list}`).flatMap(({ remove = [] }) => remove);
}

function itemsOf(properties: JsonObject, list: string): readonly JsonObject[] {
  return listOf(properties[list]).map(objectOf);
}

/** A value that is not a list counts as one unknown item. */
function listOf(value: Json | undefined): readonly Json[] {
  if (!isPresent(value)) return [];
  return Array.isArray(value) ? value : [value];
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function isPresent(value: Json | undefined): value is Json {
  return value !== undefined && value !== null;
}
