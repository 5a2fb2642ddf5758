import type * as z from "zod";
import { judge, type Judged } from "../shared/admission/judge.ts";
import type { Manifest } from "../shared/admission/manifests/manifest.ts";
import { requireCluster } from "../shared/declarations/registry.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { CheckServices, Verdicts } from "./model.ts";
import { defineOperation } from "./operation.ts";

type Given = z.infer<typeof CheckServices>["manifests"][number];

/** `POST /check/services`. */
export const checkServices = defineOperation({
  name: "checkServices",
  method: "POST",
  path: "/check/services",
  summary:
    "Check the Services of a deployment against the admission rules and each other. Reserves and stores nothing",
  role: "Mooring.Reader",
  body: CheckServices,
  maxKibibytes: 1024,
  response: Verdicts,
  handle: async ({ run, body }) => {
    const cluster = await requireCluster(run, body.cluster);
    const policy = await policyFor(run, body.policy);
    const manifests = body.manifests.map(toManifest);
    const old = body.old.map(toManifest);
    const judged = await judge(manifests, { policy, online: { run, cluster }, old });
    const positions = new Map(manifests.map(({ service }, index) => [service, index]));
    return { body: { verdicts: judged.map((one) => verdictOf(one, positions.get(one.service) ?? 0)) } };
  },
});

/** @throws InvalidInput with all problems of the document */
async function policyFor(run: Run, document: object | undefined): Promise<Policy> {
  if (document === undefined) return (await readPolicy(run)).policy;
  // It imports every check, which other requests need not load.
  const { checkPolicy } = await import("../shared/audit/applyPolicy.ts");
  return checkPolicy(document);
}

/** The caller has the file, and finds the positions of the fields in it. */
function toManifest({ service, outside }: Given): Manifest {
  const position = () => ({ file: "", line: 1, column: 1 });
  if (!outside) return { service, position };
  const { isPartial, ...where } = outside;
  return { service, outside: { ...where, ...(isPartial && { isPartial }) }, position };
}

function verdictOf({ decision, findings }: Judged, manifest: number): Verdicts["verdicts"][number] {
  return {
    manifest,
    decision,
    findings: findings.map(({ rule, severity, field, value, message, suggestions = [] }) => ({
      rule,
      severity,
      field,
      value,
      message,
      suggestions: [...suggestions],
    })),
  };
}
