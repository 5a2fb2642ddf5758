/**
 * Table of all metrics: names and attributes of records are typed by it, and `docs/reference/metrics.md` is generated from it. Attributes
 * have few values, so that the number of time series is bounded. Pure.
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/
 */
import { SEVERITIES } from "../severity.ts";
import { QUEUES } from "./queue.ts";

/** `list`: a complete list of a cluster's Services. */
export const OPERATIONS = ["scan", "audit", "sweep", "poll", "list"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** `text`: a name from a bounded set, such as clusters or rules. A list: exactly these values. */
export type AttributeKind = "text" | "number" | readonly string[];

export interface Instrument {
  /** `counter`: sum; `histogram`: distribution; `gauge`: last value. */
  readonly kind: "counter" | "histogram" | "gauge";
  /** UCUM: `s` for seconds, counted things in braces. */
  readonly unit: string;
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  readonly doc: string;
}

export const INSTRUMENTS = {
  "mooring.gate.decisions": {
    kind: "counter",
    unit: "{decision}",
    attributes: { verdict: ["allow", "warn", "deny", "error"], operation: "text", cluster: "text" },
    doc: "Decisions of `admitService`; `error`: Mooring could not decide, and policy `onUnavailable` applied",
  },
  "mooring.gate.findings": {
    kind: "counter",
    unit: "{finding}",
    attributes: { rule: "text", severity: ["deny", "warn"], mode: ["warn", "enforce"] },
    doc: "Findings of admission rules; with `severity` deny and `mode` warn the Service was allowed and would have been refused",
  },
  "mooring.gate.duration": {
    kind: "histogram",
    unit: "s",
    attributes: { verdict: ["allow", "warn", "deny", "error"] },
    doc: "Time from the parsed review to the response",
  },
  "mooring.claims": {
    kind: "counter",
    unit: "{claim}",
    attributes: { outcome: ["proposed", "confirmed", "released", "expired", "ended", "refused"] },
    doc: "Claims of addresses and names: `proposed` by admission, `confirmed` by the cluster or Azure, `released` because the API server refused the Service or an operator ended them, `expired` without confirmation, `ended` because the Service was deleted, `refused` because another Service claims them",
  },
  "mooring.work.outcomes": {
    kind: "counter",
    unit: "{message}",
    attributes: {
      queue: QUEUES,
      what: "text",
      outcome: ["done", "not_yet", "obsolete", "failed", "given_up"],
    },
    doc: "What became of a queue message; `not_yet` is sent again, or ends if after ten re-sends only the report of a cluster is missing; `obsolete`: its subject no longer exists; `failed` is delivered five times, `given_up` is in the poison queue after ten re-sends",
  },
  "mooring.work.duration": {
    kind: "histogram",
    unit: "s",
    attributes: { queue: QUEUES, outcome: ["done", "not_yet", "obsolete", "failed", "given_up"] },
    doc: "One try of a queue message",
  },
  "mooring.changes": {
    kind: "counter",
    unit: "{change}",
    attributes: {
      capability: ["privateLinkServices", "connections", "rejections", "sweep"],
      action: ["update", "create", "delete"],
      outcome: ["applied", "refused", "conflict", "failed", "observed"],
    },
    doc: "Planned writes to Azure; `observed`: not written because of the mode or scope",
  },
  "http.client.request.duration": {
    kind: "histogram",
    unit: "s",
    attributes: {
      "server.address": "text",
      "http.request.method": "text",
      "http.response.status_code": "number",
    },
    doc: "Requests to Azure Resource Manager, each attempt; status 0: no response",
  },
  "mooring.arm.throttled": {
    kind: "counter",
    unit: "{request}",
    attributes: { subscription: "text" },
    doc: "Requests that Azure Resource Manager throttled (429)",
  },
  "mooring.arm.requests.remaining": {
    kind: "gauge",
    unit: "{request}",
    attributes: { subscription: "text", kind: ["reads", "writes", "deletes"] },
    doc: "Remaining requests as of the last response",
  },
  "mooring.queue.age": {
    kind: "gauge",
    unit: "s",
    attributes: { queue: QUEUES },
    doc: "How long the oldest visible message has been pending; 0 if there is none. Every minute",
  },
  "mooring.queue.length": {
    kind: "gauge",
    unit: "{message}",
    attributes: { queue: QUEUES },
    doc: "Messages in the queue, pending and in process. Every minute",
  },
  "mooring.queue.poisoned": {
    kind: "gauge",
    unit: "{message}",
    attributes: { queue: QUEUES },
    doc: "Messages in the poison queue: [alerts](../platform/alerts.md). Every minute",
  },
  "mooring.operations.failing": {
    kind: "gauge",
    unit: "{subject}",
    attributes: { operation: OPERATIONS },
    doc: "Subscriptions, clusters and audit scopes whose last scan, audit, sweep, poll or list failed: [alerts](../platform/alerts.md). Every minute",
  },
  "mooring.orphans": {
    kind: "gauge",
    unit: "{resource}",
    attributes: {
      kind: ["loadBalancer", "frontend", "rule", "pls", "connection"],
      state: ["waiting", "due"],
    },
    doc: "Proved orphans in quarantine, within the grace period or due. After each sweep: hourly",
  },
  "mooring.findings": {
    kind: "gauge",
    unit: "{finding}",
    attributes: { check: "text", severity: SEVERITIES },
    doc: "Open findings of each check, also 0. After each audit: hourly",
  },
  "mooring.audit.runs": {
    kind: "counter",
    unit: "{run}",
    attributes: { outcome: ["done", "failed", "cancelled"] },
    doc: "Audits that ended; `failed`: a scope could not be read",
  },
  "mooring.requests.limited": {
    kind: "counter",
    unit: "{request}",
    attributes: { kind: ["admission", "declarations"], cluster: "text" },
    doc: "Requests refused with 429 because their cluster used its share of the instance: [limits](../platform/limits.md)",
  },
  "mooring.settings.broken": {
    kind: "counter",
    unit: "{call}",
    attributes: {},
    doc: "Calls refused because the settings of the app are invalid; `GET /api/health` reports the problems",
  },
  "mooring.schema.refused": {
    kind: "counter",
    unit: "{call}",
    attributes: {},
    doc: "Calls refused because the stored data have another schema version than the app",
  },
} as const satisfies Record<string, Instrument>;

export type MetricName = keyof typeof INSTRUMENTS;

type ValueOf<K> = K extends "text"
  ? string
  : K extends "number"
    ? number
    : K extends readonly (infer V)[]
      ? V
      : never;

export type AttributesOf<N extends MetricName> = {
  readonly [Key in keyof (typeof INSTRUMENTS)[N]["attributes"]]: ValueOf<
    (typeof INSTRUMENTS)[N]["attributes"][Key]
  >;
};
