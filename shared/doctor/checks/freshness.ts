import type { AuditRun } from "../../audit/auditRun.ts";
import { RUNS } from "../../audit/runStore.ts";
import { resourceName } from "../../azure/resourceId.ts";
import { isFailing, isTransient, listOutcomes, REASONS, type Failing } from "../../storage/outcome.ts";
import { defineCheck, fail, ok, skipped, warn, type Look, type Outcome } from "../check.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const scans = defineCheck({
  id: "scans",
  title: "The inventory is up to date",
  docs: "Admission decides by the inventory. `inventoryStaleMinutes` of the policy sets the age from which it is stale.",
  needs: ["storage"],
  async read({ run, policy }) {
    const vnets = await Array.fromAsync(run.ports.tables.vnets.list("all"));
    const { inventoryStaleMinutes: staleMinutes } = await policy();
    return { scanned: vnets.map(({ value }) => value), staleMinutes };
  },
  judge({ scanned, staleMinutes }, nowUtc) {
    const advice = "see checks operations and rights: networks of an unreadable subscription are not scanned";
    const oldest = scanned.toSorted((a, b) => (a.scannedAtUtc < b.scannedAtUtc ? -1 : 1))[0];
    if (!oldest) return fail({ message: "no virtual network has been scanned yet", advice });
    const minutes = (Date.parse(nowUtc) - Date.parse(oldest.scannedAtUtc)) / MINUTE;
    if (minutes <= staleMinutes)
      return ok(`${scanned.length} virtual networks, the oldest scanned at ${oldest.scannedAtUtc}`);
    return warn({
      message: `virtual network ${resourceName(oldest.id)} was last scanned at ${oldest.scannedAtUtc}, more than ${staleMinutes} minutes ago`,
      advice,
    });
  },
});

const MOST_LINES = 20;

export const operations = defineCheck({
  id: "operations",
  title: "The last scan, audit, sweep, poll and list succeeded",
  docs: "Each outcome is recorded per subscription, cluster and audit scope, with the cause of a failure. It is `ok` again after the next success. Throttling for less than 30 minutes is a warning.",
  needs: ["storage"],
  read: ({ run }) => Array.fromAsync(listOutcomes(run)),
  judge(all, nowUtc): Outcome[] {
    if (all.length === 0) return [skipped("nothing has run yet")];
    const failing = all.filter(isFailing);
    if (failing.length === 0) return [ok(`${all.length} of ${all.length} succeeded`)];
    const more = failing.length - MOST_LINES;
    const rest = { message: `${more} more are failing`, advice: "fix the causes above first" };
    return [
      ...failing.slice(0, MOST_LINES).map((one) => toLine(one, nowUtc)),
      ...(more > 0 ? [fail(rest)] : []),
    ];
  },
});

function toLine(failing: Failing, nowUtc: string): Outcome {
  const { operation, subject, failure, failingSinceUtc, succeededAtUtc } = failing;
  const before = succeededAtUtc === undefined ? "never succeeded" : `last succeeded at ${succeededAtUtc}`;
  const toOutcome = isTransient(failing, nowUtc) ? warn : fail;
  return toOutcome({
    about: `${operation} ${subject}`,
    message: `failing since ${failingSinceUtc} (${REASONS[failure.reason]}), ${before}: ${failure.cause}`,
    advice:
      failure.reason === "denied"
        ? "assign the roles that check rights reports to the identity"
        : "fix the reported error; a timer starts the next run",
  });
}

const AUDIT_HOURS = 3;

export const audits = defineCheck({
  id: "audits",
  title: "Audits run",
  docs: "A timer starts an audit every hour.",
  needs: ["storage"],
  read: async ({ run }) => latestAudits(run),
  judge(runs, nowUtc) {
    const advice = "run mooring audit: it reports the cause";
    const [last] = runs;
    if (!last)
      return skipped("no audit has run yet; the first one starts within an hour, or with mooring audit");
    const done = runs.find(({ state }) => state === "done");
    if (last.state === "failed") return fail({ message: `the audit of ${last.startedAtUtc} failed`, advice });
    const hours = (Date.parse(nowUtc) - Date.parse(last.startedAtUtc)) / HOUR;
    if (hours > AUDIT_HOURS)
      return fail({
        message: `the last audit started at ${last.startedAtUtc}, more than ${AUDIT_HOURS} hours ago`,
        advice,
      });
    return ok(
      done
        ? `the last audit ended at ${done.finishedAtUtc ?? done.startedAtUtc}`
        : `an audit is ${last.state}`,
    );
  },
});

const LATEST = 5;

async function latestAudits(run: Look["run"]): Promise<AuditRun[]> {
  const found: AuditRun[] = [];
  for await (const { value } of run.ports.tables.runs.list(RUNS)) {
    found.push(value);
    if (found.length === LATEST) break;
  }
  return found;
}

const QUIET_DAYS = 7;

export const work = defineCheck({
  id: "work",
  title: "Events have triggered work recently",
  docs: "Each work item records when an event last requested it. The checks below cover work that timers request.",
  needs: ["storage"],
  async read({ run }): Promise<string | undefined> {
    const marks = await waitForAll(
      ["pls", "inventory", "orphans"].map((queue) => Array.fromAsync(run.ports.tables.waiting.list(queue))),
    );
    return marks
      .flat()
      .flatMap(({ value }) => value.eventAtUtc ?? [])
      .toSorted()
      .at(-1);
  },
  judge(lastUtc, nowUtc): Outcome {
    if (lastUtc === undefined)
      return skipped(
        "no event has triggered work yet; any change of a load balancer or a Private Link Service does",
      );
    const days = (Date.parse(nowUtc) - Date.parse(lastUtc)) / (24 * HOUR);
    if (days <= QUIET_DAYS) return ok(`the last event that triggered work arrived at ${lastUtc}`);
    return warn({
      message: `no event has triggered work since ${lastUtc}`,
      advice: "see check events: either nothing changed in Azure, or its events do not arrive",
    });
  },
});
