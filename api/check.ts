import { formatAddress, parsePrefix, AZURE_FIRST } from "../shared/azure/prefix.ts";
import { AUTO, OWN_ANNOTATIONS } from "../shared/kubernetes/ownAnnotations.ts";
import { isLoadBalancer } from "../shared/kubernetes/service.ts";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { requireCluster } from "../shared/declarations/registry.ts";
import { toResponse } from "../shared/admission/answer.ts";
import { chooseAddresses } from "../shared/admission/choose.ts";
import { gatherInput } from "../shared/admission/gather.ts";
import { judge, type Judged } from "../shared/admission/judge.ts";
import type { Problem } from "../shared/admission/manifests/documents.ts";
import { subjectOf, type Manifest } from "../shared/admission/manifests/manifest.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import type { RuleInput } from "../shared/admission/rule.ts";
import { addressAutoIgnored } from "../shared/admission/rules/addressAuto.ts";
import { addressPortConflict, CLAIMED } from "../shared/admission/rules/claims.ts";
import { FRONTEND, TARGETS, validAddresses, type Target } from "../shared/admission/rules/requested.ts";
import { suggestFree } from "../shared/inventory/suggest.ts";
import type { SubnetRow } from "../shared/inventory/model.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { keyOf } from "./key.ts";
import { checkServices } from "./checkServices.ts";
import { CheckRequest, Verdict } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { ApiProblem } from "./problem.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

/** The names in the files of `deploy/webhook/`. */
const WEBHOOK = "services.mooring.dev";
const COMPANION = "addresses.mooring.dev";

export const check = [
  checkServices,
  defineOperation({
    name: "checkService",
    method: "POST",
    path: "/check",
    summary: "Check a Service manifest against the admission rules. Reserves and stores nothing",
    role: "Mooring.Reader",
    body: CheckRequest,
    response: Verdict,
    handle: async ({ run, body }) => {
      const cluster = await requireCluster(run, body.cluster);
      const manifest = await readOne(body.manifest);
      return { body: await verdictOn(run, cluster, manifest) };
    },
  }),
];

/** @throws InvalidInput with the line or field of each problem; ApiProblem 400 */
async function readOne(text: string): Promise<Manifest> {
  const { readManifests } = await import("../shared/admission/manifests/read.ts");
  const { manifests, problems } = readManifests("manifest", text);
  if (problems.length > 0) throw new InvalidInput(problems.map(problemText));
  const [manifest] = manifests;
  if (manifest && manifests.length === 1) return manifest;
  throw new ApiProblem(400, `manifest: must contain exactly one Service; found ${manifests.length}`);
}

function problemText({ position: { file, line, column }, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

async function verdictOn(run: Run, cluster: Cluster, pasted: Manifest): Promise<Verdict> {
  const written = await withAddress(run, cluster, pasted);
  if ("refused" in written) return refusedByMutatingWebhook(pasted, written.refused);
  const { manifest } = written;
  const { policy } = await readPolicy(run);
  const [judged] = await judge([manifest], { policy, online: { run, cluster }, old: [] });
  return {
    service: subjectOf(manifest),
    decision: judged?.decision ?? "allow",
    kubectl: kubectlOutput(manifest, judged),
    findings: (judged?.findings ?? []).map(({ rule, severity, field, message, suggestions = [] }) => ({
      rule,
      severity,
      field,
      message,
      suggestions: [...suggestions],
    })),
    places: judged ? await placesOf(run, cluster, judged) : [],
  };
}

type Written = { readonly manifest: Manifest } | { readonly refused: string };

/**
 * The mutating webhook, if installed, replaces `auto` by an address before validation. Nothing is reserved.
 */
async function withAddress(run: Run, cluster: Cluster, manifest: Manifest): Promise<Written> {
  const { service } = manifest;
  const { namespace, name, uid, annotations } = service.metadata;
  if (manifest.outside || !isLoadBalancer(service) || annotations?.[OWN_ANNOTATIONS.address.key] !== AUTO)
    return { manifest };
  const owner = { cluster: cluster.name, namespace, name, uid };
  const input = await gatherInput(run, cluster, { service });
  const chosen = await chooseAddresses(run, { cluster, owner, input, dryRun: true });
  if (!chosen.ok) return { refused: chosen.message };
  const metadata = { ...service.metadata, annotations: { ...annotations, ...chosen.annotations } };
  return { manifest: { ...manifest, service: { ...service, metadata } } };
}

function refusedByMutatingWebhook(manifest: Manifest, message: string): Verdict {
  const field = OWN_ANNOTATIONS.address.key;
  return {
    service: subjectOf(manifest),
    decision: "deny",
    kubectl: refusal(COMPANION, message),
    findings: [{ rule: addressAutoIgnored.id, severity: "deny", field, message, suggestions: [] }],
    places: [],
  };
}

function refusal(webhook: string, message: string): string {
  return `Error from server: error when creating "service.yaml": admission webhook "${webhook}" denied the request: ${message}`;
}

/** The output of `kubectl create -f service.yaml`, line by line. */
function kubectlOutput({ service, outside }: Manifest, judged: Judged | undefined): string {
  const { name } = service.metadata;
  const { status, warnings = [] } = toResponse("", judged?.findings ?? []);
  const last = status
    ? refusal(WEBHOOK, status.message)
    : `${outside?.kind.toLowerCase() ?? "service"}/${name} created`;
  return [...warnings.map((text) => `Warning: ${text}`), last].join("\n");
}

type Place = Verdict["places"][number];

async function placesOf(run: Run, cluster: Cluster, { service, findings }: Judged): Promise<Place[]> {
  if (!isLoadBalancer(service)) return [];
  const input = await gatherInput(run, cluster, { service });
  const places = TARGETS.map(async (target) => {
    const subnet = isDeclared(target, input) ? target.subnet(input.inventory) : undefined;
    if (!subnet) return [];
    const at = { subnetKey: keyOf(subnet.id), subnet: subnet.name };
    const requests = validAddresses(target, input).map(({ text }) => ({
      ...at,
      ...addressPlace(target, text, findings),
    }));
    return requests.length > 0 ? requests : [{ ...at, suggestions: await firstFree(run, subnet, input) }];
  });
  return (await waitForAll(places)).flat();
}

function isDeclared(target: Target, { intent }: RuleInput): boolean {
  return target.idPrefix === "" ? intent.internal : intent.pls !== undefined;
}

function addressPlace(
  target: Target,
  address: string,
  findings: Judged["findings"],
): Omit<Place, "subnetKey" | "subnet"> {
  const about = findings.filter(({ value }) => value === address);
  const rules = CLAIMED[target === FRONTEND ? "frontend" : "pls"];
  const conflicts = [rules.held.id, rules.claimed.id, addressPortConflict.id];
  return {
    address,
    suggestions: about.flatMap(({ suggestions = [] }) => suggestions),
    free: !about.some(({ rule }) => conflicts.includes(rule)),
  };
}

/** Free addresses for a Service that names none. */
async function firstFree(run: Run, subnet: SubnetRow, { allowed }: RuleInput): Promise<string[]> {
  const prefix = parsePrefix(subnet.prefixes[0] ?? "");
  if (!prefix) return [];
  const start = formatAddress({ family: prefix.family, value: prefix.first + AZURE_FIRST - 1n });
  return [...(await suggestFree(run, subnet, start, allowed.excludedRanges)).addresses];
}
