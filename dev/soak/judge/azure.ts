/** Nothing that lives was deleted; when all is calm, everything is as declared and nothing dead is left. */
import { baseName } from "../../sandbox/cluster/names.ts";
import { plsSettings, serviceKey, wantedAddress, wantsPls } from "../../sandbox/cluster/service.ts";
import { groupOf, type Living, type Truth } from "../truth.ts";
import type { ArmEvent } from "../../sandbox/arm/armEvent.ts";
import type { Violation } from "./violation.ts";

type Item = Record<string, any>;

/** What the controller built for a Service that lives is still there. */
export function nothingLivingDeleted(truth: Truth, written: readonly ArmEvent[]): Violation[] {
  return truth
    .living()
    .filter(({ builtAt }) => builtAt !== undefined)
    .flatMap((one): Violation[] => {
      const missing = [
        ...(truth.hasFrontend(one) ? [] : ["frontend"]),
        ...(wantsPls(one.service) && !hasPls(truth, one) ? ["pls"] : []),
      ];
      if (missing.length === 0) return [];
      const group = one.cluster.options.nodeResourceGroup.toLowerCase();
      const evidence = written
        .filter(({ resourceId }) => groupOf(resourceId) === group)
        .slice(-12)
        .map(short);
      return [
        {
          invariant: "nothing living deleted",
          says: `${one.name} has no ${missing.join(", no ")} any more`,
          evidence,
        },
      ];
    });
}

/** Its own, or that of a Service with which it shares a frontend. */
function hasPls(truth: Truth, one: Living): boolean {
  if (truth.plsOf(one)) return true;
  const rule = (truth.balancerOf(one.cluster)?.["properties"].loadBalancingRules ?? []).find(
    ({ name }: Item) => String(name).startsWith(baseName(one.uid)),
  );
  const frontendId = rule?.properties.frontendIPConfiguration.id.toLowerCase();
  return truth
    .privateLinkServices()
    .some(({ properties }) =>
      properties.loadBalancerFrontendIpConfigurations.some(({ id }: Item) => id.toLowerCase() === frontendId),
    );
}

function short({ kind, outcome, resourceId, caller, atUtc }: ArmEvent): string {
  return `${atUtc} ${caller.name} ${kind} ${outcome} ${resourceId.split("/").slice(-2).join("/")}`;
}

/**
 * Every PLS matches the declaration of its Service, and no connection of a declared subscription is pending.
 */
export function privateLinkServicesAsDeclared(truth: Truth): Violation[] {
  return truth
    .living()
    .filter(({ service, builtAt }) => builtAt !== undefined && wantsPls(service))
    .flatMap((one): Violation[] => {
      const pls = truth.plsOf(one);
      if (!pls || !standsOnItsOwn(pls, one)) return [];
      const { visibility, autoApproval } = plsSettings(one.service);
      const { properties } = pls;
      const waiting = (properties.privateEndpointConnections as Item[]).filter((item) =>
        isDeclaredAndWaits(item, autoApproval),
      );
      const wrong = [
        ...(sameSet(properties.visibility?.subscriptions, visibility) ? [] : ["visibility"]),
        ...(sameSet(properties.autoApproval?.subscriptions, autoApproval) ? [] : ["auto-approval"]),
        ...waiting.map(({ name }) => `connection ${name}`),
      ];
      if (wrong.length === 0) return [];
      const evidence = {
        pls: pls["id"],
        tags: pls["tags"],
        visibility: properties.visibility,
        autoApproval: properties.autoApproval,
        declared: { visibility, autoApproval },
        state: pls["provisioningState"],
      };
      return [{ invariant: "converged", says: `${one.name}: ${wrong.join(", ")} not as declared`, evidence }];
    });
}

/** A PLS on the frontend of another Service has no owner, and is only reported. */
function standsOnItsOwn({ properties }: Item, { uid }: Living): boolean {
  const [frontend] = properties.loadBalancerFrontendIpConfigurations as Item[];
  return String(frontend?.["id"].split("/").at(-1)).startsWith(baseName(uid));
}

function isDeclaredAndWaits({ properties }: Item, autoApproval: readonly string[]): boolean {
  if (properties.privateLinkServiceConnectionState.status !== "Pending") return false;
  const consumer = String(properties.privateEndpoint?.id ?? "").split("/")[2] ?? "";
  return autoApproval.some((one) => one.toLowerCase() === consumer.toLowerCase());
}

function sameSet(actual: readonly string[] = [], declared: readonly string[]): boolean {
  const plain = (list: readonly string[]) =>
    JSON.stringify([...new Set(list.map((one) => one.toLowerCase()))].toSorted());
  return plain(actual) === plain(declared);
}

/** Frontends of deleted Services do not exist, except those with connected consumers. */
export function orphansGone(truth: Truth): Violation[] {
  const present = truth.present();
  return truth.balancers().flatMap((balancer) =>
    (balancer["properties"].frontendIPConfigurations as Item[]).flatMap((frontend): Violation[] => {
      if (isUsed(balancer, frontend, present) || isConnected(truth, balancer)) return [];
      const says = `${frontend["name"]} on ${balancer["id"].split("/")[4]} has no owner, and still exists`;
      return [
        {
          invariant: "converged",
          says,
          evidence: { state: balancer["provisioningState"], frontend, tags: balancer["tags"] },
        },
      ];
    }),
  );
}

function isUsed(balancer: Item, frontend: Item, present: readonly Living[]): boolean {
  const rules = (balancer["properties"].loadBalancingRules as Item[]).filter(({ properties }) =>
    properties.frontendIPConfiguration.id.toLowerCase().endsWith(`/${frontend["name"].toLowerCase()}`),
  );
  const names = [frontend, ...rules].map(({ name }) => String(name));
  return present
    .filter(({ cluster }) => cluster.options.nodeResourceGroup.toLowerCase() === groupOf(balancer["id"]))
    .some(
      ({ uid, service }) =>
        names.some((name) => name.startsWith(baseName(uid))) ||
        wantedAddress(service) === frontend["properties"].privateIPAddress,
    );
}

/** A PLS with a consumer keeps its frontend and load balancer. */
function isConnected(truth: Truth, balancer: Item): boolean {
  return truth
    .privateLinkServices()
    .some(
      ({ properties }) =>
        properties.loadBalancerFrontendIpConfigurations.some(({ id }: Item) =>
          id.toLowerCase().startsWith(`${balancer["id"].toLowerCase()}/`),
        ) &&
        (properties.privateEndpointConnections as Item[]).some(({ properties: one }) =>
          ["Approved", "Pending"].includes(one.privateLinkServiceConnectionState.status),
        ),
    );
}

/** What is remembered of the clusters is what they have. */
export function intentsAsDeclared(
  truth: Truth,
  rows: readonly { partition: string; key: string; value: any }[],
  clusters: readonly string[],
): Violation[] {
  const known = rows
    .filter(({ partition, value }) => clusters.includes(partition) && value.deletedAtUtc === undefined)
    .map(({ partition, key, value }) => `${partition}/${key} ${value.uid}`);
  const real = truth
    .living()
    .map(({ cluster, service, uid }) => `${cluster.options.name}/${serviceKey(service)} ${uid}`);
  const wrong = [
    ...known.filter((one) => !real.includes(one)).map((one) => `remembered, and not there: ${one}`),
    ...real.filter((one) => !known.includes(one)).map((one) => `there, and not remembered: ${one}`),
  ];
  return wrong.length === 0
    ? []
    : [
        {
          invariant: "converged",
          says: `${wrong.length} Services are not as remembered`,
          evidence: wrong.slice(0, 10),
        },
      ];
}
