import * as z from "zod";
import type { AuditProgress, AuditRun } from "../shared/audit/auditRun.ts";
import { compareFindings } from "../shared/audit/compare.ts";
import { findingsOf } from "../shared/audit/findingsState.ts";
import { cancelAudit, findRun, listRuns, readProgress } from "../shared/audit/runs.ts";
import { startAudit } from "../shared/audit/startAudit.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Ports, Run } from "../shared/ports/ports.ts";
import { showFinding } from "./findings.ts";
import { Audit, AuditDifference, NewAudit, pageOf as schemaOfPage } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { pageOfStream, paging, startOf } from "./page.ts";
import { ApiProblem } from "./problem.ts";
import { reportOperation } from "./report.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const name = z.string().min(4).max(64);
const Id = z.strictObject({ id: name });

export const audits = [
  defineOperation({
    name: "listAudits",
    method: "GET",
    path: "/audits",
    summary: "List audits, newest first",
    role: "Mooring.Reader",
    query: z.strictObject({ state: Audit.shape.state.optional(), ...paging }),
    response: schemaOfPage(Audit),
    handle: async ({ run, query: { state, limit, continuation } }) => {
      const rows = listAll(run, state, startOf(continuation));
      const page = await pageOfStream(rows, { limit, show: (audit) => audit });
      return { body: { ...page, items: await waitForAll(page.items.map((one) => showRun(run, one))) } };
    },
  }),
  defineOperation({
    name: "startAudit",
    method: "POST",
    path: "/audits",
    summary: "Start an audit of all or some scopes. Writes nothing to Azure",
    role: "Mooring.Operator",
    body: NewAudit,
    response: Audit,
    status: 202,
    handle: async ({ run, body, principal }) => {
      const { scopes } = body;
      const request = { who: principal.name, why: "requested", ...(scopes && { only: scopes }) };
      const started = await showRun(run, await startAudit(run, request));
      return { body: started, location: `/audits/${started.id}` };
    },
  }),
  defineOperation({
    name: "getAudit",
    method: "GET",
    path: "/audits/{id}",
    summary: "Get an audit and its progress. `latest` and `previous` are valid ids",
    role: "Mooring.Reader",
    params: Id,
    response: Audit,
    handle: async ({ run, params }) => ({ body: await showRun(run, await demandRun(run, params.id)) }),
  }),
  defineOperation({
    name: "cancelAudit",
    method: "POST",
    path: "/audits/{id}/cancel",
    summary: "Cancel a running audit: completed scopes keep their findings, the others are not audited",
    role: "Mooring.Operator",
    params: Id,
    response: Audit,
    handle: async ({ run, params, principal }) => {
      const { id } = await demandRun(run, params.id);
      if (!(await cancelAudit(run, id, principal.name)))
        throw new ApiProblem(409, `Audit ${id} has ended already`);
      return { body: await showRun(run, await demandRun(run, id)) };
    },
  }),
  reportOperation(demandRun),
  defineOperation({
    name: "compareAudits",
    method: "GET",
    path: "/audits/{from}/diff/{to}",
    summary: "Compare the findings of two audits",
    role: "Mooring.Reader",
    params: z.strictObject({ from: name, to: name }),
    response: AuditDifference,
    handle: async ({ run, params }) => {
      const [from, to] = await waitForAll([demandRun(run, params.from), demandRun(run, params.to)]);
      return { body: await compare(run, from, to) };
    },
  }),
];

/** Newest first. */
export async function latestAudits(run: Run, limit: number): Promise<Audit[]> {
  return waitForAll((await listRuns(run, limit)).map((one) => showRun(run, one)));
}

/** @throws ApiProblem 404 */
async function demandRun(run: Run, id: string): Promise<AuditRun> {
  try {
    return await findRun(run, id);
  } catch (error) {
    throw error instanceof InvalidInput ? new ApiProblem(404, error.problems) : error;
  }
}

async function* listAll(run: Run, state: AuditRun["state"] | undefined, after: string | undefined) {
  for await (const { key, value } of run.ports.tables.runs.list(
    "all",
    after === undefined ? {} : { from: after },
  ))
    if (key !== after && (state === undefined || value.state === state)) yield { item: value, at: key };
}

async function compare(run: Run, from: AuditRun, to: AuditRun): Promise<AuditDifference> {
  const [before, after, { policy }] = await waitForAll([
    findingsOf(run, from),
    findingsOf(run, to),
    readPolicy(run),
  ]);
  const { appeared, resolved, worse, unchanged } = compareFindings(before, after);
  const show = (finding: (typeof before)[number]) => showFinding(finding, policy, run.now().toISOString());
  return {
    from: from.id,
    to: to.id,
    appeared: appeared.map(show),
    resolved: resolved.map(show),
    worse: [...worse],
    unchanged,
  };
}

const ended = new WeakMap<Ports, Map<string, Audit>>();

/** A finished audit does not change and is read once. */
async function showRun(run: Run, audit: AuditRun): Promise<Audit> {
  const cached = ended.get(run.ports) ?? new Map<string, Audit>();
  ended.set(run.ports, cached);
  const shown = cached.get(audit.id) ?? showProgress(audit, await readProgress(run, audit.id));
  if (shown.state !== "running") cached.set(audit.id, shown);
  return shown;
}

function showProgress(audit: AuditRun, progress: AuditProgress | undefined): Audit {
  const { id, state, startedAtUtc, finishedAtUtc, who, why } = progress?.run ?? audit;
  const { counts, appeared, resolved } = progress?.run ?? audit;
  const { total = 0, finished = 0, scopes = [], remainingSeconds } = progress ?? {};
  const failed = scopes.filter((one) => one.state === "failed");
  return {
    id,
    state,
    startedAtUtc,
    finishedAtUtc,
    who,
    why,
    total,
    finished,
    remainingSeconds,
    counts: counts && { ...counts },
    appeared,
    resolved,
    failures: failed.map(({ scope, why = "" }) => ({ scope, why })),
  };
}
