/**
 * Evaluates manifests as admission in enforce mode would, also where the mode is warn: a manifest that would be refused is found before the
 * mode changes. With or without the inventory. Claims and records nothing.
 */
import { isLoadBalancer, type Service } from "../kubernetes/service.ts";
import { serviceOf } from "../kubernetes/writeAnnotations.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import { declarationKey } from "../declarations/confirmed.ts";
import { listDeclared } from "../declarations/declared.ts";
import { withoutClaimed } from "./claimedPrivateLinkServices.ts";
import { claimPlaces } from "./claims.ts";
import { declarationOf, gatherInput } from "./gather.ts";
import type { Position } from "./manifests/documents.ts";
import { subjectOf, type Manifest } from "./manifests/manifest.ts";
import { OneRun } from "./oneRun.ts";
import { hasIgnoredAnnotations, otherFindings } from "./otherController.ts";
import { allowedFor, severitiesFor } from "./permitted.ts";
import type { RuleFinding, RuleInput } from "./rule.ts";
import { checkLeaving, checkRules, type Severities } from "./rules.ts";
import { annotationOutsideService } from "./rules/outsideService.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";

export interface Judged extends Pick<Manifest, "service" | "outside"> {
  readonly decision: "allow" | "warn" | "deny";
  readonly findings: readonly (RuleFinding & { readonly position: Position })[];
  /** The position of the Service, or of the first annotation outside a Service. */
  readonly position: Position;
}

export interface Court {
  readonly policy: Policy;
  /** Absent: evaluate without the inventory. */
  readonly online?: { readonly run: Run; readonly cluster: Cluster };
  /** The existing Services. For others the recorded declarations are used. */
  readonly old: readonly Manifest[];
}

/** Evaluates Services that are or were load balancers of the Azure controller, those with annotations for it, and annotations outside Services. */
export async function judge(manifests: readonly Manifest[], court: Court): Promise<Judged[]> {
  const { online } = court;
  const oldServices = await oldServicesOf(court);
  const oneRun = new OneRun(online?.cluster.nodeResourceGroup ?? "");
  const judged: Judged[] = [];
  for (const manifest of manifests) {
    const { service, outside } = manifest;
    const old = outside ? undefined : oldServices.get(declarationKey(service.metadata));
    if (!isLoadBalancer(service) && !old && !hasIgnoredAnnotations(service)) continue;
    const findings = await findingsFor(manifest, { court, old, oneRun });
    judged.push({
      service,
      ...(outside && { outside }),
      decision: decisionOf(findings),
      findings: findings.map((finding) => ({ ...finding, position: manifest.position(finding.field) })),
      position: manifest.position(""),
    });
  }
  return judged;
}

interface Old {
  readonly service: Service;
  /** From a recorded declaration, which contains no assigned addresses: the Service may have one. */
  readonly isRecorded: boolean;
}

async function oldServicesOf({ online, old }: Court): Promise<ReadonlyMap<string, Old>> {
  const declared = online ? await listDeclared(online.run, online.cluster.name) : [];
  // Confirmed declarations come last and override proposals.
  const recorded = declared
    .filter(isLiving)
    .toSorted((a, b) => Number(a.strength === "confirmation") - Number(b.strength === "confirmation"))
    .map((one) => ({ service: serviceOf(one, one.intent), isRecorded: true }));
  const given = old.flatMap(({ service, outside }) =>
    isLoadBalancer(service) && !outside ? [{ service, isRecorded: false }] : [],
  );
  return new Map([...recorded, ...given].map((one) => [declarationKey(one.service.metadata), one]));
}

function isLiving({ deletedAtUtc }: Declared): boolean {
  return deletedAtUtc === undefined;
}

interface Judging {
  readonly court: Court;
  readonly old: Old | undefined;
  readonly oneRun: OneRun;
}

async function findingsFor(manifest: Manifest, judging: Judging): Promise<RuleFinding[]> {
  const { policy, online } = judging.court;
  const { namespace } = manifest.service.metadata;
  const severityOf = severitiesFor(policy, { cluster: online?.cluster.name ?? "", namespace });
  if (!judging.old && hasIgnoredAnnotations(manifest.service))
    return otherFindings(manifest.service, severityOf);
  const input = await inputFor(manifest, judging);
  if (manifest.outside) return outsideFindings(input, { judging, severityOf, manifest });
  if (!isLoadBalancer(manifest.service)) return checkLeaving(input, severityOf);
  const by = subjectOf(manifest);
  const extended = judging.oneRun.extend(by, input);
  const held = await heldFindings(extended, { judging, severityOf, manifest });
  const among = judging.oneRun.conflicts(by, input, severityOf).filter((one) => !held.some(isSameAs(one)));
  judging.oneRun.add(by, input);
  return [...checkRules(extended, severityOf), ...held, ...among];
}

function isSameAs(one: RuleFinding): (other: RuleFinding) => boolean {
  return ({ rule, value }) => rule === one.rule && value === one.value;
}

async function inputFor(manifest: Manifest, judging: Judging): Promise<RuleInput> {
  const { old } = judging;
  const { privateLinkServices, ...rest } = await gather(manifest, judging);
  return {
    ...rest,
    ...(privateLinkServices && !manifest.outside && { privateLinkServices }),
    ...(manifest.outside && { outside: manifest.outside }),
    ...(old?.isRecorded && { isRecorded: true }),
  };
}

async function gather(manifest: Manifest, judging: Judging): Promise<RuleInput> {
  const { service, outside } = manifest;
  const {
    court: { policy, online },
    old,
  } = judging;
  // Which families and names the Service will have is not written here.
  const judged = outside
    ? { ...service, spec: { ...service.spec, ipFamilyPolicy: "PreferDualStack" } }
    : service;
  if (!online) {
    const allowed = allowedFor(policy, { cluster: "", namespace: service.metadata.namespace });
    return { ...declarationOf(judged), ...(old && { old: declarationOf(old.service) }), allowed };
  }
  const { run, cluster } = online;
  const input = await gatherInput(run, cluster, { service: judged, old: old?.service });
  return withoutClaimed(run, { cluster, input, owner: ownerOf(manifest, judging, cluster) });
}

interface Held {
  readonly judging: Judging;
  readonly severityOf: Severities;
  readonly manifest: Manifest;
}

/** If no controller reads the annotations, other findings about them do not apply. */
async function outsideFindings(input: RuleInput, held: Held): Promise<RuleFinding[]> {
  const isRead = input.outside?.reach === "copied";
  const severityOf: Severities = (rule) => {
    const severity = isRead || rule.id === annotationOutsideService.id ? held.severityOf(rule) : "off";
    const isUnsure = input.outside?.isPartial && rule.firesOnAbsence;
    return isUnsure && severity === "deny" ? "warn" : severity;
  };
  return [...checkRules(input, severityOf), ...(isRead ? await heldFindings(input, held) : [])];
}

async function heldFindings(
  input: RuleInput,
  { judging, severityOf, manifest }: Held,
): Promise<RuleFinding[]> {
  const { online } = judging.court;
  if (!online) return [];
  const owner = ownerOf(manifest, judging, online.cluster);
  const asking = {
    cluster: online.cluster,
    input,
    owner,
    severityOf,
    mode: "enforce" as const,
    readOnly: true,
  };
  return [...(await claimPlaces(online.run, asking)).findings];
}

function ownerOf(
  { service, outside }: Manifest,
  { old }: Pick<Judging, "old">,
  cluster: Cluster,
): ServiceKey {
  const { namespace, name, uid } = service.metadata;
  return {
    cluster: cluster.name,
    namespace,
    name: outside ? "" : name,
    uid: old?.service.metadata.uid ?? uid,
  };
}

function decisionOf(findings: readonly RuleFinding[]): Judged["decision"] {
  if (findings.some(({ severity }) => severity === "deny")) return "deny";
  return findings.length > 0 ? "warn" : "allow";
}
