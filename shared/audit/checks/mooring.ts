import { resourceName } from "../../azure/resourceId.ts";
import { clusterOf, isFailing, TRANSIENT_MINUTES, REASONS } from "../../storage/outcome.ts";
import { defineCheck } from "../check.ts";
import { some } from "./about.ts";

const STOPPED_HOURS = 24;
const UNAUDITED_HOURS = 6;
const UNVERIFIED_HOURS = 24;
const UNRESOLVED_HOURS = 2;

export const policyInvalid = defineCheck({
  id: "policy-invalid",
  title: "The stored policy is invalid",
  severity: "error",
  docs: "The stored policy was changed without `mooring policy apply`. The last valid policy stays active.",
  on: "mooring",
  check: ({ policyProblems }) => {
    if (policyProblems.length === 0) return undefined;
    return {
      about: "mooring/policy",
      message: `the stored policy is invalid: ${some(policyProblems)}`,
      advice: "apply a valid policy with mooring policy apply",
    };
  },
});

export const writingStopped = defineCheck({
  id: "writing-stopped",
  title: "Writes to Azure have been stopped for more than a day",
  severity: "warning",
  docs: "After `mooring stop`, Mooring repairs no Private Link Service, approves no private endpoint connection and removes no orphan.",
  on: "mooring",
  check: ({ stopped }) => {
    if (!stopped || stopped.hours < STOPPED_HOURS) return undefined;
    return {
      about: "mooring/writing",
      message: `writes to Azure are stopped since ${stopped.sinceUtc}: ${stopped.why}`,
      advice: "allow writes again with mooring resume",
    };
  },
});

export const journalUnresolved = defineCheck({
  id: "journal-unresolved",
  title: "The journal entry of an interrupted write cannot be completed",
  severity: "error",
  docs: "Until the entry is completed, Mooring does not change the resource, what contains it and what it contains.",
  on: "journal",
  check: ({ entry: { id, change, intendedAtUtc, why, outcome }, openHours }) => {
    // No cause: no run has tried to complete it yet. Unknown: Azure may not have finished.
    if ((why === undefined || outcome === "unknown") && openHours < UNRESOLVED_HOURS) return undefined;
    const name = resourceName(change.resourceId);
    return {
      about: change.resourceId,
      cluster: change.cluster,
      message: `journal entry ${id} for ${name} is open since ${intendedAtUtc}: ${why ?? "no run has read the resource since then"}`,
      advice: `give Mooring read access to ${name}; the next run that needs it or the next sweep completes the entry`,
    };
  },
});

export const inventoryStale = defineCheck({
  id: "inventory-stale",
  title: "The inventory of a virtual network is stale",
  severity: "warning",
  docs: "Admission decides by the inventory. `inventoryStaleMinutes` sets the age from which it is stale.",
  on: "inventory",
  check: ({ vnetId, scannedAtUtc, ageMinutes, staleMinutes }) => {
    if (ageMinutes <= staleMinutes) return undefined;
    return {
      about: vnetId,
      message: `virtual network ${resourceName(vnetId)} was last scanned at ${scannedAtUtc}, more than ${staleMinutes} minutes ago`,
      advice:
        "run mooring doctor: check operations reports the cause of a failed scan, check rights the missing permissions",
    };
  },
});

export const scopeUnaudited = defineCheck({
  id: "scope-unaudited",
  title: "A scope has not been audited for hours",
  severity: "warning",
  docs: "The findings of the scope show its state at its last audit.",
  on: "scope",
  check: ({ scope, auditedAtUtc, ageHours }) => {
    if (ageHours < UNAUDITED_HOURS) return undefined;
    return {
      about: scope,
      message: `the last complete audit of ${scope} was at ${auditedAtUtc}, more than ${UNAUDITED_HOURS} hours ago`,
      advice: "run mooring audit --scope with this scope: it reports why the audit fails",
    };
  },
});

export const queuePoisoned = defineCheck({
  id: "queue-poisoned",
  title: "A poison queue contains messages",
  severity: "warning",
  docs: "Mooring moves a message to the poison queue after five failures or ten deferrals. It stays there until an operator replays or drops it.",
  on: "queue",
  check: ({ queue, poisoned }) => {
    if (poisoned === 0) return undefined;
    return {
      about: `mooring/queues/${queue}`,
      message: `${poisoned} ${poisoned === 1 ? "message is" : "messages are"} in queue mooring-${queue}-poison`,
      advice: `find the cause with mooring queue show ${queue}, fix it, then run mooring queue replay ${queue} --all`,
    };
  },
});

export const operationFailing = defineCheck({
  id: "operation-failing",
  title: "A scan, audit, sweep, poll or list is failing",
  severity: "error",
  docs: "The last run failed for one subscription, cluster or scope. Mooring keeps the data of the run before for it; the others are up to date.",
  on: "operation",
  check: ({ outcome }) => {
    if (!isFailing(outcome)) return undefined;
    const { operation, subject, failure, failingSinceUtc } = outcome;
    const cluster = clusterOf(outcome);
    return {
      about: `mooring/operations/${operation}/${subject}`,
      ...(cluster !== undefined && { cluster }),
      message: `the ${operation} of ${subject} has been failing since ${failingSinceUtc} (${REASONS[failure.reason]}): ${failure.cause}`,
      advice: "fix the cause; mooring doctor shows whether the next run succeeds",
      ...(failure.reason === "unavailable" && { settlesWithinMinutes: TRANSIENT_MINUTES }),
    };
  },
});

export const claimsUnwatched = defineCheck({
  id: "claims-unwatched",
  title: "Claims of deleted Services are in a subscription that is not watched",
  severity: "warning",
  docs: "Mooring does not list the resources of the subscription, so it cannot see when Azure frees an address or a name there. Such a claim ends only when an operator releases it, or after the subscription is watched again.",
  on: "unwatched",
  check: ({ subscription, claims }) => {
    if (claims.length === 0) return undefined;
    return {
      about: `/subscriptions/${subscription}`,
      message: `subscription ${subscription} is not watched, so that these claims of deleted Services cannot end automatically: ${some(claims)}`,
      advice:
        "release them with mooring ip release, or watch the subscription again until scans have ended them",
    };
  },
});

export const quarantineUnverified = defineCheck({
  id: "quarantine-unverified",
  title: "A resource in quarantine cannot be re-verified",
  severity: "info",
  docs: "Mooring deletes an orphan only after it is re-verified. Without current reports of its cluster the resource stays in quarantine.",
  on: "quarantined",
  check: ({ row, unprovedHours }) => {
    if (unprovedHours < UNVERIFIED_HOURS) return undefined;
    return {
      about: row.resourceId,
      cluster: row.cluster,
      message: `${resourceName(row.resourceId)} has been in quarantine since ${row.quarantinedAtUtc} and was last verified as an orphan at ${row.lastProvedAtUtc}`,
      advice: `mooring orphans explain shows the missing evidence; check that cluster ${row.cluster} reports its Services`,
    };
  },
});
