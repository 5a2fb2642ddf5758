/**
 * Addresses, ports and names that a change gives to a resource: it creates the resource, or adds to a load
 * balancer. Only undos do so. Pure.
 */
import { parseResourceId, PLS_TYPE, resourceName, sameId, typeOf } from "../azure/resourceId.ts";
import type { PortUse } from "../azure/networkModel.ts";
import { EVERY_PORT, type ServicePort } from "../kubernetes/intent.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import { addressPlace, plsNamePlace, type Place } from "../inventory/places.ts";
import type { AddressRow, Claim } from "../inventory/model.ts";
import { isEveryPort, liveClaims, samePort } from "../inventory/obstacle.ts";
import type { Json, JsonObject, Resource } from "../ports/resources.ts";
import { namedItems, valueAt, withEdits } from "./body.ts";
import { isListEdit, type Change, type NamedItem } from "./plan.ts";

export interface Given {
  /** A frontend that is not new has its address already: only ports are added. */
  readonly what: "address" | "ports" | "name";
  readonly place: Place;
  /** The frontend or Private Link Service that gets it. */
  readonly holderId: string;
  /** Names of frontends and rules: the Services that they are named for own them. */
  readonly names: readonly string[];
  /** Rules on the frontend, with their ports. */
  readonly uses: readonly PortUse[];
}

const FRONTENDS = "properties.frontendIPConfigurations";
const RULES = "properties.loadBalancingRules";

/** Empty for a change that gives nothing. @param actual the resource as read; absent if the change creates it */
export function givenBy(change: Change, actual: Resource | undefined): readonly Given[] {
  if (change.action === "create") return givenAtCreation(change.resourceId, change.body);
  if (change.action === "delete") return [];
  const added = (path: string) =>
    change.edits.flatMap((edit) => (isListEdit(edit) && edit.path === path ? (edit.add ?? []) : []));
  const [frontends, rules] = [added(FRONTENDS), added(RULES)];
  if (frontends.length + rules.length === 0) return [];
  const body = withEdits(actual?.body ?? {}, change.edits);
  const balancer: Balancer = { id: change.resourceId, rules: namedItems(valueAt(body, RULES)) };
  const living = namedItems(valueAt(body, FRONTENDS)).filter(
    ({ name }) => !frontends.some((one) => one.name === name),
  );
  return [
    ...frontends.flatMap((one) => addressOf(balancer, one)),
    ...living.flatMap((one) => portsOf({ ...balancer, rules }, one)),
  ];
}

function givenAtCreation(id: string, body: JsonObject): readonly Given[] {
  if (typeOf(id) === PLS_TYPE) return givenToPls(id, body);
  const balancer: Balancer = { id, rules: namedItems(valueAt(body, RULES)) };
  return namedItems(valueAt(body, FRONTENDS)).flatMap((one) => addressOf(balancer, one));
}

interface Balancer {
  readonly id: string;
  readonly rules: readonly NamedItem[];
}

/** Azure chooses a dynamic address, which is free. */
function addressOf(balancer: Balancer, frontend: NamedItem): Given[] {
  const holderId = frontendId(balancer, frontend);
  const uses = usesOf(balancer, frontend);
  const names = [frontend.name, ...uses.map(({ rule }) => rule)];
  return isStatic(frontend)
    ? placesOf(frontend).map((place) => ({ what: "address", place, holderId, names, uses }))
    : [];
}

function portsOf(balancer: Balancer, frontend: NamedItem): Given[] {
  const uses = usesOf(balancer, frontend);
  const names = uses.map(({ rule }) => rule);
  const holderId = frontendId(balancer, frontend);
  return uses.length === 0
    ? []
    : placesOf(frontend).map((place) => ({ what: "ports", place, holderId, names, uses }));
}

function givenToPls(holderId: string, body: JsonObject): Given[] {
  const { subscription = "", resourceGroup = "", name = "" } = parseResourceId(holderId) ?? {};
  const names = frontendIdsOf(body).map((id) => resourceName(id));
  const addresses = namedItems(valueAt(body, "properties.ipConfigurations"))
    .filter(isStatic)
    .flatMap(placesOf);
  return [
    { what: "name", place: plsNamePlace(subscription, resourceGroup, name), holderId, names, uses: [] },
    ...addresses.map((place) => ({ what: "address" as const, place, holderId, names, uses: [] })),
  ];
}

/** Ids of the frontends of a Private Link Service. */
export function frontendIdsOf(body: JsonObject): string[] {
  const frontends = valueAt(body, "properties.loadBalancerFrontendIpConfigurations");
  return Array.isArray(frontends) ? (frontends as readonly { id?: string }[]).map(({ id = "" }) => id) : [];
}

function frontendId({ id }: Balancer, { name }: NamedItem): string {
  return `${id}/frontendIPConfigurations/${name}`;
}

function usesOf(balancer: Balancer, frontend: NamedItem): readonly PortUse[] {
  const id = frontendId(balancer, frontend);
  const own = balancer.rules.filter((rule) =>
    sameId(text(rule, "properties.frontendIPConfiguration.id"), id),
  );
  return own.map((rule) => ({ rule: rule.name, ...portOf(rule) }));
}

/** A protocol of `All` with port 0 is the rule of high-availability ports. */
function portOf(rule: NamedItem): ServicePort {
  const protocol = text(rule, "properties.protocol");
  if (protocol.toLowerCase() === "all") return EVERY_PORT;
  return { protocol, port: Number(valueAt(rule, "properties.frontendPort")) };
}

function isStatic(item: NamedItem): boolean {
  return text(item, "properties.privateIPAllocationMethod").toLowerCase() === "static";
}

function placesOf(item: NamedItem): Place[] {
  const [address, subnetId] = [text(item, "properties.privateIPAddress"), text(item, "properties.subnet.id")];
  return address === "" || subnetId === "" ? [] : [addressPlace(subnetId, address)];
}

function text(item: JsonObject, path: string): string {
  const value: Json | undefined = valueAt(item, path);
  return typeof value === "string" ? value : "";
}

/** Who has it instead: a resource, or a Service that declares it; `undefined` if it is free for the holder. */
export function obstacleTo(
  { what, holderId, names, uses }: Given,
  { assignment, ...row }: Pick<AddressRow, "assignment" | "claims">,
  nowUtc: string,
): { readonly holderId: string } | { readonly claim: Claim } | undefined {
  if (assignment && !sameId(assignment.holderId, holderId)) return { holderId: assignment.holderId };
  const others = liveClaims(row, nowUtc).filter(
    (one) => !isOfUndo(one, holderId) && !names.some((name) => isNamedFor(name, one.owner.uid)),
  );
  const claim = others.find((one) => what !== "ports" || clashes(one.ports, uses));
  return claim && { claim };
}

/** True for the claim of an undo that creates the holder. Pure. */
export function isOfUndo(claim: Claim, holderId: string): boolean {
  return claim.state === "proposed" && claim.restores !== undefined && sameId(claim.restores, holderId);
}

function clashes(claimed: readonly ServicePort[] | undefined, added: readonly ServicePort[]): boolean {
  if (claimed === undefined) return true;
  return claimed.some(
    (one) => isEveryPort(one) || added.some((port) => isEveryPort(port) || samePort(port, one)),
  );
}
