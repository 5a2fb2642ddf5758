/** The active policy, its history, and its changes. A change names the version that its author has seen. */
import * as z from "zod";
import {
  applyPlan,
  compareWithEarlier,
  planPolicy,
  planRollback,
  readActive,
  type PolicyPlan,
} from "../shared/audit/changePolicy.ts";
import { Conflict } from "../shared/core/errors.ts";
import { differenceLine } from "../shared/policy/differences.ts";
import type { PolicyDifference as Difference } from "../shared/policy/policyModel.ts";
import { withAdmissionMode } from "../shared/policy/admissionMode.ts";
import { listPolicyVersions, readPolicy, readStored, versionOf } from "../shared/policy/policyStore.ts";
import { policyWarnings } from "../shared/policy/policyWarnings.ts";
import type { Run } from "../shared/ports/ports.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";
import {
  ActivePolicy,
  NewAdmissionMode,
  NewPolicy,
  NewRollback,
  pageOf,
  PolicyChange,
  type PolicyDifference,
  PolicyVersion,
  PolicyVersionDetail,
} from "./model.ts";
import { defineOperation, type Call, type Reply } from "./operation.ts";
import { pageOfStream, paging, startOf } from "./page.ts";
import { planning } from "./plans.ts";
import { ApiProblem } from "./problem.ts";
import { forget } from "./recent.ts";

export const policy = [
  defineOperation({
    name: "getPolicy",
    method: "GET",
    path: "/policy",
    summary: "Get the active policy: who applied it and why, and warnings about dangerous settings",
    role: "Mooring.Reader",
    response: ActivePolicy,
    handle: async ({ run }) => {
      const [{ problems, row: _, ...version }, active] = await waitForAll([readStored(run), readActive(run)]);
      return {
        body: {
          ...version,
          problems: [...problems],
          document: active.policy,
          warnings: policyWarnings(active.policy),
        },
      };
    },
  }),
  defineOperation({
    name: "listPolicyVersions",
    method: "GET",
    path: "/policy/versions",
    summary: "List applied policies, newest first",
    role: "Mooring.Reader",
    query: z.strictObject(paging),
    response: pageOf(PolicyVersion),
    handle: async ({ run, query: { limit, continuation } }) => ({
      body: await pageOfStream(versions(run, startOf(continuation)), { limit, show: (one) => one }),
    }),
  }),
  defineOperation({
    name: "getPolicyVersion",
    method: "GET",
    path: "/policy/versions/{version}",
    summary: "Get an applied policy, compared with the version before it",
    role: "Mooring.Reader",
    params: z.strictObject({ version: z.string().min(1).max(64) }),
    response: PolicyVersionDetail,
    handle: async ({ run, params }) => {
      const found = await compareWithEarlier(run, params.version);
      if (!found) throw new ApiProblem(404, `There is no policy version ${params.version}`);
      return { body: { ...found, differences: found.differences.map(showDifference) } };
    },
  }),
  defineOperation({
    name: "changePolicy",
    method: "PUT",
    path: "/policy",
    summary: "Replace the policy. Changes nothing in Azure",
    role: "Mooring.Operator",
    query: planning,
    body: NewPolicy,
    response: PolicyChange,
    handle: (call) => change(call, planPolicy(call.run, call.body.document)),
  }),
  defineOperation({
    name: "rollBackPolicy",
    method: "POST",
    path: "/policy/rollback",
    summary: "Apply an earlier policy again. Changes nothing in Azure",
    role: "Mooring.Operator",
    query: planning,
    body: NewRollback,
    response: PolicyChange,
    handle: (call) => change(call, planRollback(call.run, call.body.version)),
  }),
  defineOperation({
    name: "changeAdmissionMode",
    method: "PUT",
    path: "/policy/admission-mode",
    summary: "Change the mode of admission in the policy: for all, or for some clusters or namespaces",
    role: "Mooring.Operator",
    query: planning,
    body: NewAdmissionMode,
    response: PolicyChange,
    handle: async (call) => {
      const { policy: active } = await readPolicy(call.run);
      return change(call, planPolicy(call.run, withAdmissionMode(active, call.body)));
    },
  }),
];

async function* versions(run: Run, after: string | undefined) {
  for await (const row of listPolicyVersions(run, after)) yield { item: versionOf(row), at: row.key };
}

type Change = Call<unknown, z.infer<typeof planning>, { readonly reason: string; readonly replaces: string }>;

/** @throws ApiProblem 400 with the problems of the document · Conflict if another version is active than the caller has seen */
async function change(call: Change, planned: Promise<PolicyPlan>): Promise<Reply<PolicyChange>> {
  const { run, body, query, principal } = call;
  const plan = await planned;
  const shown = {
    differences: plan.differences.map(showDifference),
    warnings: [...plan.warnings],
    replacesInvalid: plan.replacesInvalid,
  };
  if (plan.replaces !== body.replaces)
    throw new Conflict("the policy changed after it was shown: review the active policy and try again");
  const isChange = plan.differences.length > 0 || plan.replacesInvalid;
  if (query.dryRun === "true" || !isChange) return { body: shown };
  const version = await applyPlan(run, plan, { who: principal.name, reason: body.reason });
  forget(run);
  return { body: { version, ...shown } };
}

function showDifference(one: Difference): PolicyDifference {
  return { ...one, ...differenceLine(one) };
}
