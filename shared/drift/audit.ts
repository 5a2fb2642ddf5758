/**
 * Compares everything declared with everything real and keeps the findings: first seen, last seen, resolved. Called by the
 * drift queue; an audit that cannot read everything throws and changes no finding.
 */
import { gatherWorld } from "../orphans/gather.ts";
import { readPolicy } from "../policyStore.ts";
import { enqueueOnce } from "../events/coalesce.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { lastHour } from "../changes/touches.ts";
import { planLink } from "../links/planLink.ts";
import type { Subjects } from "./check.ts";
import { runChecks, type CheckedDraft } from "./checks.ts";
import { listFindings, writeFindings } from "./findingStore.ts";
import type { Finding } from "./finding.ts";
import { clusterSubjects, connectionSubjects, linkSubjects, serviceSubjects } from "./subjects.ts";

export interface AuditReport {
  readonly open: number;
  readonly appeared: number;
  readonly resolved: number;
}

export async function auditDrift(run: Run): Promise<AuditReport> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  const links = await withTouches(run, linkSubjects(world, policy));
  const vnets = new Set(world.clusters.map(({ cluster }) => canonicalId(cluster.vnetId)));
  const subnets = (
    await Promise.all([...vnets].map((vnet) => Array.fromAsync(run.ports.tables.subnets.list(vnet))))
  ).flat();
  const linked = new Set(
    world.links.flatMap(({ natAddresses }) => natAddresses.map(({ subnetId }) => canonicalId(subnetId))),
  );
  const found = [
    ...runChecks("link", links),
    ...runChecks("connection", connectionSubjects(links)),
    ...runChecks("service", serviceSubjects(world)),
    ...runChecks(
      "balancer",
      world.balancers.map((balancer) => ({ balancer })),
    ),
    ...runChecks("cluster", clusterSubjects(world, policy.snapshotStaleMinutes)),
    ...runChecks(
      "subnet",
      subnets.map(({ value }) => ({ subnet: value, hasLinks: linked.has(canonicalId(value.id)) })),
    ),
  ];
  const report = await record(run, found, world.nowUtc);
  await askForRepair(run, found);
  return report;
}

/** Only links that differ are asked about: a fight leaves a difference. */
function withTouches(run: Run, links: readonly Subjects["link"][]): Promise<Subjects["link"][]> {
  return Promise.all(
    links.map(async (subject) => {
      const { link, owner, policy } = subject;
      const differs = owner && planLink(link, owner, { evidence: [], policy }).changes.length > 0;
      return differs ? { ...subject, touches: await lastHour(run, link.id) } : subject;
    }),
  );
}

/** Checks whose finding the link's reconcile would mend: an event must have been missed. */
const REPAIRABLE = new Set([
  "link-visibility-differs",
  "link-auto-approval-differs",
  "connection-pending-declared",
]);

async function askForRepair(run: Run, found: readonly CheckedDraft[]): Promise<void> {
  for (const { id, about } of found.filter((draft) => REPAIRABLE.has(draft.id))) {
    const link = parseResourceId(about)?.parentId ?? about;
    await enqueueOnce(
      run,
      { queue: "links", what: "link", id: link },
      { why: `audit ${id}`, correlationId: run.newId() },
    );
  }
}

async function record(run: Run, found: readonly CheckedDraft[], nowUtc: string): Promise<AuditReport> {
  const before = new Map((await listFindings(run)).map((finding) => [keyOf(finding), finding]));
  const seen = new Map(
    found.map((draft) => toFinding(draft, before, nowUtc)).map((finding) => [keyOf(finding), finding]),
  );
  const resolved = [...before]
    .filter(([key, { resolvedAtUtc }]) => !seen.has(key) && resolvedAtUtc === undefined)
    .map(([, finding]) => ({ ...finding, resolvedAtUtc: nowUtc }));
  await writeFindings(run, [...seen.values(), ...resolved]);
  const appeared = [...seen.keys()].filter(
    (key) => before.get(key)?.resolvedAtUtc !== undefined || !before.has(key),
  ).length;
  const report = { open: seen.size, appeared, resolved: resolved.length };
  run.log.info("drift audited", { ...report });
  return report;
}

function toFinding(
  { id, ...draft }: CheckedDraft,
  before: ReadonlyMap<string, Finding>,
  nowUtc: string,
): Finding {
  const known = before.get(keyOf({ check: id, about: draft.about }));
  return { ...draft, check: id, firstSeenAtUtc: known?.firstSeenAtUtc ?? nowUtc, lastSeenAtUtc: nowUtc };
}

function keyOf({ check, about }: Pick<Finding, "check" | "about">): string {
  return `${check}|${canonicalId(about)}`;
}
