import * as z from "zod";
import { acknowledge, withdraw } from "../shared/audit/acknowledge.ts";
import { isUnresolved, stateOf, SEVERITIES, type Finding as Stored } from "../shared/findings/finding.ts";
import { findFinding, listFindings } from "../shared/findings/findingStore.ts";
import { isFixable, planFix } from "../shared/audit/fix.ts";
import { reverified } from "../shared/pls/reverify.ts";
import { findingFilters, fits, FindingQuery } from "../shared/audit/query.ts";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import { parseResourceId } from "../shared/azure/resourceId.ts";
import type { Policy } from "../shared/policy/policy.ts";
import { inertJson } from "../shared/core/inert.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Row } from "../shared/ports/table.ts";
import { etagOf, names } from "./etag.ts";
import { Acknowledge, Finding, Outcome, pageOf as schemaOfPage } from "./model.ts";
import { demandFilters } from "./filters.ts";
import { defineOperation, type Call } from "./operation.ts";
import { pageOf, paging } from "./page.ts";
import { carryOut, planning } from "./plans.ts";
import { ApiProblem } from "./problem.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const Id = z.strictObject({ id: z.string().regex(/^[0-9a-f]{12}$/, "12 hexadecimal digits") });
type Id = z.infer<typeof Id>;

const Filter = FindingQuery.extend(paging);

export const findings = [
  defineOperation({
    name: "listFindings",
    method: "GET",
    path: "/findings",
    summary: "List findings, most severe first; open findings by default",
    role: "Mooring.Reader",
    query: Filter,
    response: schemaOfPage(Finding),
    handle: async ({ run, query }) => {
      const [all, { policy }] = await waitForAll([listFindings(run), readPolicy(run)]);
      const nowUtc = run.now().toISOString();
      await demandFilters(await findingFilters(run, query, all));
      const matching = all.filter((finding) => fits(finding, query, nowUtc));
      const show = (finding: Stored) => showFinding(finding, policy, nowUtc);
      return { body: pageOf(matching, orderOf, { ...query, show }) };
    },
  }),
  defineOperation({
    name: "getFinding",
    method: "GET",
    path: "/findings/{id}",
    summary: "Get a finding",
    role: "Mooring.Reader",
    params: Id,
    response: Finding,
    handle: async ({ run, params }) => ({ body: await show(run, await demand(run, params)) }),
  }),
  defineOperation({
    name: "acknowledgeFinding",
    method: "PUT",
    path: "/findings/{id}/acknowledgement",
    summary:
      "Acknowledge a finding until a date: it is not counted until then unless it gets worse. Requires If-Match with its etag",
    role: "Mooring.Operator",
    params: Id,
    body: Acknowledge,
    response: Finding,
    errors: [412, 428],
    handle: async (call) => {
      const { run, params, body, principal } = call;
      const { version } = await demandShown(call);
      return {
        body: await show(run, await acknowledge(run, params.id, { ...body, who: principal.name, version })),
      };
    },
  }),
  defineOperation({
    name: "withdrawAcknowledgement",
    method: "DELETE",
    path: "/findings/{id}/acknowledgement",
    summary: "Withdraw the acknowledgement of a finding. Requires If-Match with its etag",
    role: "Mooring.Operator",
    params: Id,
    response: Finding,
    errors: [412, 428],
    handle: async (call) => {
      const { version } = await demandShown(call);
      return { body: await show(call.run, await withdraw(call.run, call.params.id, { version })) };
    },
  }),
  defineOperation({
    name: "fixFinding",
    method: "POST",
    path: "/findings/{id}/fix",
    summary: "Fix a finding by reconciling its resource",
    role: "Mooring.Operator",
    params: Id,
    query: planning,
    response: Outcome,
    errors: [412, 428],
    handle: async (call) => {
      const { value } = await demand(call.run, call.params);
      const plan = await planFix(call.run, value);
      if (!plan) throw new ApiProblem(409, `Mooring cannot fix this finding: ${value.advice}`);
      const apply = inParts(call.app.apply, oneByOne(plan));
      const options = reverified(call.run, plan);
      return carryOut(call, { plan, apply, options, why: `finding ${value.id} (${value.check})` });
    },
  }),
];

/** Most severe first, then oldest first. */
function orderOf({ severity, firstSeenAtUtc, id, scope }: Stored): string {
  return `${SEVERITIES.indexOf(severity)} ${firstSeenAtUtc} ${id} ${scope}`;
}

export function showFinding(finding: Stored, policy: Policy, nowUtc: string): Finding {
  const { opensAtUtc: _, changed: _changed, reopenedAtUtc: _reopened, planned, ...shown } = finding;
  return {
    ...shown,
    ...(planned && { planned: [...planned] }),
    state: stateOf(finding, nowUtc),
    name: parseResourceId(finding.about)?.name ?? finding.about.split("/").at(-1) ?? finding.about,
    fixable: isFixable(finding, policy),
    etag: etagOfFinding(finding),
  };
}

/** Covers the stored text and status; not the time when it was last seen. */
function etagOfFinding(finding: Stored): string {
  return etagOf(JSON.stringify({ ...finding, lastSeenAtUtc: "" }));
}

async function show(run: Run, { value }: Row<Stored>): Promise<Finding> {
  return showFinding(value, (await readPolicy(run)).policy, run.now().toISOString());
}

async function demand(run: Run, { id }: Id): Promise<Row<Stored>> {
  const row = await findFinding(run, id);
  if (!row) throw new ApiProblem(404, `Finding not found: ${id}`);
  return row;
}

/** The finding, if the caller saw its current version. @throws ApiProblem 404, 412 or 428 */
async function demandShown({ run, params, ifMatch }: Call<Id>): Promise<Row<Stored>> {
  const row = await demand(run, params);
  if (!isUnresolved(row.value)) throw new ApiProblem(409, `Finding ${params.id} is resolved`);
  if (ifMatch === undefined) throw new ApiProblem(428, "Send the etag of the finding in If-Match");
  const shown = await show(run, row);
  if (names(ifMatch, [shown.etag, etagOf(inertJson(shown))])) return row;
  throw new ApiProblem(412, "The finding changed after it was read; read it again");
}
