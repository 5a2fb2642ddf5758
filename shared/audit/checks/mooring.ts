import { resourceName } from "../../azure/resourceId.ts";
import { clusterOf, isFailing, PASSES_WITHIN_MINUTES, REASONS } from "../../storage/outcome.ts";
import { defineCheck } from "../check.ts";
import { some } from "./about.ts";

const STOPPED_HOURS = 24;
const UNAUDITED_HOURS = 6;
const UNPROVED_HOURS = 24;
const UNRESOLVED_HOURS = 2;

export const policyBroken = defineCheck({
  id: "policy-broken",
  title: "The stored policy cannot be read",
  severity: "error",
  docs: "Somebody changed it past `mooring policy apply`; the last good one stays in force.",
  on: "mooring",
  check: ({ policyProblems }) => {
    if (policyProblems.length === 0) return undefined;
    return {
      about: "mooring/policy",
      message: `the stored policy is broken: ${some(policyProblems)}`,
      advice: "apply a good one with mooring policy apply",
    };
  },
});

export const writingStopped = defineCheck({
  id: "writing-stopped",
  title: "Writing has been stopped for long",
  severity: "warn",
  docs: "While `mooring stop` is in force Private Link Services are not repaired, connections not approved and orphans not removed.",
  on: "mooring",
  check: ({ stopped }) => {
    if (!stopped || stopped.hours < STOPPED_HOURS) return undefined;
    return {
      about: "mooring/writing",
      message: `nothing has been written to Azure since ${stopped.sinceUtc}: ${stopped.why}`,
      advice: "let Mooring write again with mooring resume",
    };
  },
});

export const journalUnresolved = defineCheck({
  id: "journal-unresolved",
  title: "A journal entry of an interrupted write cannot be completed",
  severity: "error",
  docs: "Mooring changes neither the resource nor what contains it or is contained in it until the entry is completed.",
  on: "journal",
  check: ({ entry: { id, change, intendedAtUtc, why }, openHours }) => {
    // Without a cause no run has tried to complete it yet.
    if (why === undefined && openHours < UNRESOLVED_HOURS) return undefined;
    const name = resourceName(change.resourceId);
    return {
      about: change.resourceId,
      cluster: change.cluster,
      message: `journal entry ${id} on ${name} is open since ${intendedAtUtc}: ${why ?? "no run has read the resource since"}`,
      advice: `give Mooring read access to ${name}; the next run that needs it or the next sweep completes the entry`,
    };
  },
});

export const inventoryStale = defineCheck({
  id: "inventory-stale",
  title: "The inventory of a virtual network is old",
  severity: "warn",
  docs: "The gate decides by the inventory; `inventoryStaleMinutes` says from when it is old.",
  on: "inventory",
  check: ({ vnetId, scannedAtUtc, ageMinutes, staleMinutes }) => {
    if (ageMinutes <= staleMinutes) return undefined;
    return {
      about: vnetId,
      message: `virtual network ${resourceName(vnetId)} was last scanned at ${scannedAtUtc}, more than ${staleMinutes} minutes ago`,
      advice:
        "see the log of scanInventory for lists that fail, and check the rights of Mooring with mooring doctor",
    };
  },
});

export const scopeUnaudited = defineCheck({
  id: "scope-unaudited",
  title: "A part of the estate has not been audited for long",
  severity: "warn",
  docs: "Its findings are as old as its last audit.",
  on: "scope",
  check: ({ scope, auditedAtUtc, ageHours }) => {
    if (ageHours < UNAUDITED_HOURS) return undefined;
    return {
      about: scope,
      message: `${scope} was last audited whole at ${auditedAtUtc}, more than ${UNAUDITED_HOURS} hours ago`,
      advice: "see why its audit fails: mooring audit --scope names the reason",
    };
  },
});

export const queuePoisoned = defineCheck({
  id: "queue-poisoned",
  title: "Work has failed for good",
  severity: "warn",
  docs: "A message that failed five times, or was not possible after ten re-sends, is in the poison queue until an operator replays or drops it.",
  on: "queue",
  check: ({ queue, poisoned }) => {
    if (poisoned === 0) return undefined;
    return {
      about: `mooring/queues/${queue}`,
      message: `${poisoned} ${poisoned === 1 ? "message is" : "messages are"} in queue mooring-${queue}-poison`,
      advice: `see why with mooring queue show ${queue}, mend it, then mooring queue replay ${queue} --all`,
    };
  },
});

export const operationFailing = defineCheck({
  id: "operation-failing",
  title: "A scan, audit, sweep, poll or list fails",
  severity: "error",
  docs: "Its last run could not do its work for a subscription, a cluster or a scope. What it could do for the others is done; for this one Mooring knows what it knew before.",
  on: "operation",
  check: ({ outcome }) => {
    if (!isFailing(outcome)) return undefined;
    const { operation, subject, failure, failingSinceUtc } = outcome;
    const cluster = clusterOf(outcome);
    return {
      about: `mooring/operations/${operation}/${subject}`,
      ...(cluster !== undefined && { cluster }),
      message: `the ${operation} of ${subject} fails since ${failingSinceUtc} (${REASONS[failure.reason]}): ${failure.cause}`,
      advice: "correct the cause; mooring doctor shows whether the next run succeeds",
      ...(failure.reason === "unavailable" && { settlesWithinMinutes: PASSES_WITHIN_MINUTES }),
    };
  },
});

export const quarantineUnproved = defineCheck({
  id: "quarantine-unproved",
  title: "What is in quarantine cannot be proved anew",
  severity: "info",
  docs: "An orphan is deleted only if it is proved once more; without fresh reports of its cluster it stays in quarantine.",
  on: "quarantined",
  check: ({ row, unprovedHours }) => {
    if (unprovedHours < UNPROVED_HOURS) return undefined;
    return {
      about: row.resourceId,
      cluster: row.cluster,
      message: `${resourceName(row.resourceId)} is in quarantine since ${row.quarantinedAtUtc} and was last proved an orphan at ${row.lastProvedAtUtc}`,
      advice: `mooring orphans explain tells what is missing; often cluster ${row.cluster} sends no reports`,
    };
  },
});
