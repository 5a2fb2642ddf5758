import type { AuditRun } from "../../audit/auditRun.ts";
import { RUNS } from "../../audit/runStore.ts";
import { resourceName } from "../../azure/resourceId.ts";
import { isFailing, isPassing, listOutcomes, REASONS, type Failing } from "../../storage/outcome.ts";
import { defineCheck, fail, ok, skipped, warn, type Look, type Outcome } from "../check.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const scans = defineCheck({
  id: "scans",
  title: "The inventory is fresh",
  docs: "The gate decides by the inventory; `inventoryStaleMinutes` of the policy says from when it is old.",
  needs: ["storage"],
  async read({ run, policy }) {
    const vnets = await Array.fromAsync(run.ports.tables.vnets.list("all"));
    const { inventoryStaleMinutes: staleMinutes } = await policy();
    return { scanned: vnets.map(({ value }) => value), staleMinutes };
  },
  judge({ scanned, staleMinutes }, nowUtc) {
    const advice =
      "see the log of scanInventory, and check rights: a network of a subscription that cannot be read is not scanned";
    const oldest = scanned.toSorted((a, b) => (a.scannedAtUtc < b.scannedAtUtc ? -1 : 1))[0];
    if (!oldest) return fail({ message: "no virtual network has been scanned yet", advice });
    const minutes = (Date.parse(nowUtc) - Date.parse(oldest.scannedAtUtc)) / MINUTE;
    if (minutes <= staleMinutes)
      return ok(`${scanned.length} virtual networks, the oldest scanned at ${oldest.scannedAtUtc}`);
    return warn({
      message: `virtual network ${resourceName(oldest.id)} was scanned at ${oldest.scannedAtUtc}, more than ${staleMinutes} minutes ago`,
      advice,
    });
  },
});

const MOST_LINES = 20;

export const operations = defineCheck({
  id: "operations",
  title: "The last scan, audit, sweep, poll and list succeeded",
  docs: "Each is recorded for each subscription, cluster and audit scope, with its cause if it failed. What succeeds again is `ok` at once; throttling of less than half an hour is a warning.",
  needs: ["storage"],
  read: ({ run }) => Array.fromAsync(listOutcomes(run)),
  judge(all, nowUtc): Outcome[] {
    if (all.length === 0) return [skipped("nothing has run yet")];
    const failing = all.filter(isFailing);
    if (failing.length === 0) return [ok(`${all.length} of ${all.length} succeeded`)];
    const more = failing.length - MOST_LINES;
    const rest = { message: `${more} more fail`, advice: "correct the causes above first" };
    return [
      ...failing.slice(0, MOST_LINES).map((one) => toLine(one, nowUtc)),
      ...(more > 0 ? [fail(rest)] : []),
    ];
  },
});

function toLine(failing: Failing, nowUtc: string): Outcome {
  const { operation, subject, failure, failingSinceUtc, succeededAtUtc } = failing;
  const before = succeededAtUtc === undefined ? "never succeeded" : `succeeded last at ${succeededAtUtc}`;
  const tell = isPassing(failing, nowUtc) ? warn : fail;
  return tell({
    about: `${operation} ${subject}`,
    message: `fails since ${failingSinceUtc} (${REASONS[failure.reason]}), ${before}: ${failure.cause}`,
    advice:
      failure.reason === "denied"
        ? "give the identity the roles that check rights names"
        : "correct what the message says; the next run is requested by a timer",
  });
}

const AUDIT_HOURS = 3;

export const audits = defineCheck({
  id: "audits",
  title: "Audits run",
  docs: "One is asked for every hour.",
  needs: ["storage"],
  read: async ({ run }) => latestAudits(run),
  judge(runs, nowUtc) {
    const advice = "ask for one and see what it says: mooring audit";
    const [last] = runs;
    if (!last)
      return skipped("there has been no audit yet; the first comes within the hour, or by mooring audit");
    const done = runs.find(({ state }) => state === "done");
    if (last.state === "failed") return fail({ message: `the audit of ${last.startedAtUtc} failed`, advice });
    const hours = (Date.parse(nowUtc) - Date.parse(last.startedAtUtc)) / HOUR;
    if (hours > AUDIT_HOURS)
      return fail({
        message: `the last audit began at ${last.startedAtUtc}, more than ${AUDIT_HOURS} hours ago`,
        advice,
      });
    return ok(
      done ? `the last one ended at ${done.finishedAtUtc ?? done.startedAtUtc}` : `one is ${last.state}`,
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
  title: "Events have brought work lately",
  docs: "Each piece of work remembers when an event last asked for it; what timers bring is seen by the checks below.",
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
        "no event has brought work yet; any change of a load balancer or a Private Link Service does",
      );
    const days = (Date.parse(nowUtc) - Date.parse(lastUtc)) / (24 * HOUR);
    if (days <= QUIET_DAYS) return ok(`the last event that brought work came at ${lastUtc}`);
    return warn({
      message: `no event has brought work since ${lastUtc}`,
      advice: "see check events: either nothing changed in Azure, or its events do not come",
    });
  },
});
