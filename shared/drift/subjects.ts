/** Joins what is declared with what is there, for the checks. Pure. */
import { isNamedFor } from "../intents/frontendName.ts";
import type { Declared } from "../intents/model.ts";
import { clusterOfFrontend, clusterOfLink, ownerOfLink } from "../links/owner.ts";
import type { Frontend } from "../network/model.ts";
import type { Policy } from "../policy.ts";
import { sameId } from "../network/resourceId.ts";
import type { ClusterView, World } from "../orphans/world.ts";
import type { Subjects } from "./check.ts";

const MINUTE = 60_000;

export function linkSubjects(world: World, policy: Policy): Subjects["link"][] {
  const clusters = world.clusters.map(({ cluster }) => cluster);
  return world.links.flatMap((link) => {
    const cluster = clusterOfLink(link, clusters);
    if (!cluster) return [];
    const owner = ownerOfLink(link, livingOf(world, cluster.name));
    return [{ link, cluster, policy, touches: [], ...(owner && { owner }) }];
  });
}

export function connectionSubjects(links: readonly Subjects["link"][]): Subjects["connection"][] {
  return links.flatMap(({ link, cluster, policy, owner }) =>
    link.connections.map((connection) => ({ connection, link, cluster, policy, ...(owner && { owner }) })),
  );
}

export function serviceSubjects(world: World): Subjects["service"][] {
  return world.clusters
    .filter(({ state }) => state === "present")
    .flatMap((view) =>
      livingOf(world, view.cluster.name)
        .filter(({ intent }) => intent.internal)
        .map((declared) => toService(world, view, declared)),
    );
}

export function clusterSubjects(world: World, staleMinutes: number): Subjects["cluster"][] {
  return world.clusters.map((view) => {
    const taken = view.snapshot?.takenAtUtc;
    const snapshotAgeMinutes = taken === undefined ? undefined : minutesBetween(taken, world.nowUtc);
    return { view, staleMinutes, ...(snapshotAgeMinutes !== undefined && { snapshotAgeMinutes }) };
  });
}

function livingOf(world: World, cluster: string): readonly Declared[] {
  const view = world.clusters.find((candidate) => candidate.cluster.name === cluster);
  return (view?.declared ?? []).filter(({ deletedAtUtc }) => deletedAtUtc === undefined);
}

function toService(world: World, { cluster }: ClusterView, declared: Declared): Subjects["service"] {
  const frontends = world.balancers
    .flatMap(({ frontends }) => frontends)
    .filter(({ id }) => clusterOfFrontend(id, [cluster]));
  const frontend =
    frontends.find(({ name }) => isNamedFor(name, declared.uid)) ??
    frontends.find((one) => isShared(one, declared));
  const link =
    frontend && world.links.find(({ frontendIds }) => frontendIds.some((id) => sameId(id, frontend.id)));
  return {
    declared,
    ageMinutes: minutesBetween(declared.observedAtUtc, world.nowUtc),
    ...(frontend && { frontend }),
    ...(link && { link }),
  };
}

function isShared(frontend: Frontend, { intent }: Declared): boolean {
  return !frontend.isPublic && frontend.address !== undefined && frontend.address === intent.addresses.ipv4;
}

function minutesBetween(fromUtc: string, toUtc: string): number {
  return (new Date(toUtc).getTime() - new Date(fromUtc).getTime()) / MINUTE;
}
