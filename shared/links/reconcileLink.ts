/**
 * Brings one link and its connections back to what its owner Service declares. Level-based: reads everything afresh, so it
 * may run any number of times, late or out of order. Called by the links queue; never writes a link that is not proved ours.
 */
import { throwFailures, type Applied, type Apply } from "../changes/applied.ts";
import type { Evidence } from "../changes/plan.ts";
import { listClusters } from "../clusters/registry.ts";
import type { Declared } from "../intents/model.ts";
import { listDeclared } from "../intents/remember.ts";
import type { Link } from "../network/model.ts";
import type { Run } from "../ports.ts";
import type { WorkItem } from "../storage/queue.ts";
import { clusterOfLink, ownerOfLink } from "./owner.ts";
import { planConnections } from "./planConnections.ts";
import { planLink } from "./planLink.ts";

/** What was done; empty if the link is gone, not ours, or as declared. @throws Error if a write failed: the queue tries again */
export async function reconcileLink(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  const link = await run.ports.network.link(item.id);
  if (!link) return [];
  const owner = await findOwner(run, link);
  if (!owner) {
    run.log.info("link left alone: no living Service is proved to own it", { id: link.id });
    return [];
  }
  const evidence = evidenceOf(run, link, owner);
  const changes = [
    ...planLink(link, owner, evidence).changes,
    ...planConnections(link, owner, evidence).changes,
  ];
  if (changes.length === 0) return [];
  const cause = { why: item.why, who: "system", correlationId: item.correlationId };
  return throwFailures(await apply(run, { changes }, cause, { inSight: changes.length }));
}

async function findOwner(run: Run, link: Link): Promise<Declared | undefined> {
  const cluster = clusterOfLink(link, await listClusters(run));
  return cluster && ownerOfLink(link, await listDeclared(run, cluster.name));
}

function evidenceOf(
  run: Run,
  link: Link,
  { cluster, namespace, name, origin, observedAtUtc }: Declared,
): Evidence[] {
  return [
    {
      says: `Service ${cluster}/${namespace}/${name} declares the link`,
      source: origin,
      atUtc: observedAtUtc,
    },
    {
      says: `link ${link.name} carries its owner tag and stands on its frontend`,
      source: "Azure",
      atUtc: run.now().toISOString(),
    },
  ];
}
