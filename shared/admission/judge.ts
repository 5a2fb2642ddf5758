/** What admission would answer about manifests, against the inventory or without it. Nothing is claimed or recorded. */
import { isLoadBalancer, type Service } from "../kubernetes/service.ts";
import { serviceOf } from "../kubernetes/writeAnnotations.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Declared } from "../kubernetes/intent.ts";
import { declarationKey } from "../declarations/confirmed.ts";
import { listDeclared } from "../declarations/declared.ts";
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
  /** Of the Service, or of the first annotation. */
  readonly position: Position;
}

export interface Court {
  readonly policy: Policy;
  /** Absent: without the inventory. */
  readonly online?: { readonly run: Run; readonly cluster: Cluster };
  /** The Services as they are now; of others the recorded declarations are taken. */
  readonly old: readonly Manifest[];
}

/** Services that are, or were, load balancers of the Azure controller, those with annotations for it, and annotations outside Services. */
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
  /** Recorded: that its address is not known does not mean that it has none. */
  readonly isRecorded: boolean;
}

async function oldServicesOf({ online, old }: Court): Promise<ReadonlyMap<string, Old>> {
  const declared = online ? await listDeclared(online.run, online.cluster.name) : [];
  // What the cluster confirmed comes last, and counts before what admission alone saw.
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

async function inputFor(
  { service, outside }: Manifest,
  { court: { policy, online }, old }: Judging,
): Promise<RuleInput> {
  // Which families and names the Service will have is not written here.
  const judged = outside
    ? { ...service, spec: { ...service.spec, ipFamilyPolicy: "PreferDualStack" } }
    : service;
  const place = { cluster: online?.cluster.name ?? "", namespace: service.metadata.namespace };
  const gathered: RuleInput = online
    ? await gatherInput(online.run, online.cluster, { service: judged, old: old?.service })
    : {
        ...declarationOf(judged),
        ...(old && { old: declarationOf(old.service) }),
        allowed: allowedFor(policy, place),
      };
  const { privateLinkServices, ...rest } = gathered;
  return {
    ...rest,
    ...(privateLinkServices && !outside && { privateLinkServices }),
    ...(outside && { outside }),
    ...(old?.isRecorded && { isRecorded: true }),
  };
}

interface Held {
  readonly judging: Judging;
  readonly severityOf: Severities;
  readonly manifest: Manifest;
}

/** Where no controller reads the annotations nothing else matters about them. */
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
  const { namespace, name, uid } = manifest.service.metadata;
  const owner = {
    cluster: online.cluster.name,
    namespace,
    name: manifest.outside ? "" : name,
    uid: judging.old?.service.metadata.uid ?? uid,
  };
  const asking = { cluster: online.cluster, input, owner, severityOf, readOnly: true };
  return [...(await claimPlaces(online.run, asking)).findings];
}

function decisionOf(findings: readonly RuleFinding[]): Judged["decision"] {
  if (findings.some(({ severity }) => severity === "deny")) return "deny";
  return findings.length > 0 ? "warn" : "allow";
}
