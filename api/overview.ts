/**
 * Pending actions and overall health. Reads only connections from Azure, and falls back to the last scan if
 * Azure does not respond.
 */
import { stateOf, type Finding } from "../shared/findings/finding.ts";
import { listFindings } from "../shared/findings/findingStore.ts";
import { listConnections } from "../shared/pls/inbox.ts";
import { listQuarantine } from "../shared/orphans/quarantine.ts";
import { defaultPolicy } from "../shared/policy/policy.ts";
import { readPolicy, type PolicyInForce } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import { within } from "../shared/core/within.ts";
import { latestAudits } from "./audits.ts";
import { healthOfClusters } from "./clusters.ts";
import { countOpen } from "./counts.ts";
import { Overview } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { recently } from "./recent.ts";
import { showStop } from "./stopped.ts";
import { trendOf } from "./trend.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const DAY = 24 * 3600 * 1000;
const TREND_DAYS = 30;
const AUDITS = 5;
/** The page is polled every few seconds: a slow Azure must not delay it. */
const AZURE_MILLISECONDS = 4000;

export const overview = [
  defineOperation({
    name: "getOverview",
    method: "GET",
    path: "/overview",
    summary:
      "Get required actions, the finding trend, the last audits, and the health of clusters and of Mooring",
    role: "Mooring.Reader",
    response: Overview,
    handle: async ({ run }) => ({ body: await gather(run) }),
  }),
];

async function gather(run: Run): Promise<Overview> {
  const active = await activePolicy(run);
  const [findings, quarantine, pending, trend, audits, scannedAtUtc, stop] = await waitForAll([
    listFindings(run),
    listQuarantine(run),
    countPending(run),
    trendOf(run, TREND_DAYS),
    latestAudits(run, AUDITS),
    oldestScan(run),
    showStop(run),
  ]);
  const nowUtc = run.now().toISOString();
  const soonUtc = new Date(run.now().getTime() + DAY).toISOString();
  const auditedAtUtc = audits.find(({ state }) => state === "done")?.finishedAtUtc;
  return {
    needs: {
      connections: pending.count,
      quarantined: quarantine.length,
      dueSoon: quarantine.filter(({ deleteAfterUtc }) => deleteAfterUtc <= soonUtc).length,
      findings: countOpen(findings, nowUtc),
      acknowledged: findings.filter((one) => stateOf(one, nowUtc) === "acknowledged").length,
    },
    trend,
    audits,
    clusters: await healthOfClusters(run, findings, active.policy),
    mooring: {
      ...(stop && { stopped: stop }),
      modes: active.policy.modes,
      ...(active.version !== "default" && { policyAppliedAtUtc: active.version }),
      ...(scannedAtUtc !== undefined && { scannedAtUtc }),
      ...(auditedAtUtc !== undefined && { auditedAtUtc }),
      subscriptions: run.ports.subscriptions.length,
      problems: [
        ...active.problems,
        ...pending.problems,
        ...scanProblems(run, scannedAtUtc, active),
        ...ownFindings(findings, nowUtc),
      ],
    },
  };
}

interface ActivePolicy extends PolicyInForce {
  readonly problems: readonly string[];
}

/** An invalid policy must not break the page that reports it. */
async function activePolicy(run: Run): Promise<ActivePolicy> {
  try {
    return { ...(await readPolicy(run)), problems: [] };
  } catch {
    const problems = [
      "The policy is invalid and there is no earlier version. Mooring changes nothing until you apply a valid policy.",
    ];
    return { policy: defaultPolicy, version: "default", problems };
  }
}

interface PendingCount {
  readonly count: number;
  readonly problems: readonly string[];
}

async function countPending(run: Run): Promise<PendingCount> {
  try {
    const reading = recently(run, "connections", () => listConnections(run));
    const connections = await within(AZURE_MILLISECONDS, reading, () => {
      throw new Error("Azure did not respond in time");
    });
    return {
      count: connections.filter(({ status, isOff }) => status === "Pending" && !isOff).length,
      problems: [],
    };
  } catch {
    const problems = [
      "Azure Resource Manager does not respond. Private endpoint connections are from the last scan.",
    ];
    return { count: await countScanned(run), problems };
  }
}

async function countScanned(run: Run): Promise<number> {
  const { tables, subscriptions } = run.ports;
  const rows = await waitForAll(
    subscriptions.map((one) => Array.fromAsync(tables.privateLinkServices.list(one))),
  );
  const consumers = rows.flat().flatMap(({ value }) => value.consumers);
  return consumers.filter(({ status }) => status === "Pending").length;
}

async function oldestScan(run: Run): Promise<string | undefined> {
  const rows = await Array.fromAsync(run.ports.tables.vnets.list("all"));
  return rows.map(({ value }) => value.scannedAtUtc).sort()[0];
}

function scanProblems(run: Run, scannedAtUtc: string | undefined, { policy }: ActivePolicy): string[] {
  if (scannedAtUtc === undefined) return ["No virtual network has been scanned yet."];
  const minutes = Math.floor((run.now().getTime() - Date.parse(scannedAtUtc)) / 60_000);
  if (minutes <= policy.inventoryStaleMinutes) return [];
  return [
    `A virtual network was last scanned ${minutes} minutes ago; policy calls ${policy.inventoryStaleMinutes} stale.`,
  ];
}

/** The audit's findings about Mooring. */
function ownFindings(findings: readonly Finding[], nowUtc: string): string[] {
  return findings
    .filter(
      (finding) =>
        finding.scope === "mooring" && stateOf(finding, nowUtc) === "open" && finding.severity !== "info",
    )
    .map(({ message }) => message);
}
