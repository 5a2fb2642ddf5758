/**
 * Everything that is measured, in one table: recording goes through its names and attributes, and `docs/metrics.md` is generated from it.
 * Attributes are few and take few values, so that no caller can make series without end. Pure.
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/
 */
import { OPERATIONS } from "../outcomes/outcome.ts";
import { QUEUES } from "../storage/queue.ts";

/** `text`: a name from a bounded set, such as clusters or rules. A list: these values and no others. */
export type AttributeKind = "text" | "number" | readonly string[];

export interface Instrument {
  /** `counter` adds up, `histogram` has a distribution, `gauge` is what was seen last. */
  readonly kind: "counter" | "histogram" | "gauge";
  /** UCUM: seconds are `s`, things are named in braces. */
  readonly unit: string;
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  readonly doc: string;
}

const SEVERITY = ["error", "warn", "info"] as const;

export const INSTRUMENTS = {
  "mooring.gate.decisions": {
    kind: "counter",
    unit: "{decision}",
    attributes: { verdict: ["allow", "warn", "deny", "error"], operation: "text", cluster: "text" },
    doc: "Answers of `admitService`; `error`: Mooring could not decide, and policy `onUnavailable` did",
  },
  "mooring.gate.findings": {
    kind: "counter",
    unit: "{finding}",
    attributes: { rule: "text", severity: ["deny", "warn"] },
    doc: "Rules that fired at admission",
  },
  "mooring.gate.duration": {
    kind: "histogram",
    unit: "s",
    attributes: { verdict: ["allow", "warn", "deny", "error"] },
    doc: "From the parsed review to the answer",
  },
  "mooring.claims": {
    kind: "counter",
    unit: "{claim}",
    attributes: { outcome: ["proposed", "confirmed", "released", "expired", "ended", "refused"] },
    doc: "Claims of addresses and names: `proposed` by admission, `confirmed` by the cluster or Azure, `released` because the API server refused the Service or an operator ended them, `expired` without confirmation, `ended` since the Service is gone, `refused` because another Service has them",
  },
  "mooring.work.outcomes": {
    kind: "counter",
    unit: "{message}",
    attributes: {
      queue: QUEUES,
      what: "text",
      outcome: ["done", "not_yet", "obsolete", "failed", "given_up"],
    },
    doc: "What became of a queue message; `not_yet` is sent again, or ends if after ten re-sends only the report of a cluster is missing; `obsolete` has nothing left to do; `failed` is delivered five times, `given_up` is in the poison queue after ten re-sends",
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
      capability: ["links", "connections", "rejections", "sweep"],
      action: ["update", "create", "delete"],
      outcome: ["applied", "refused", "conflict", "failed", "observed"],
    },
    doc: "Planned writes to Azure; `observed`: mode or scope says only to look",
  },
  "http.client.request.duration": {
    kind: "histogram",
    unit: "s",
    attributes: {
      "server.address": "text",
      "http.request.method": "text",
      "http.response.status_code": "number",
    },
    doc: "Requests to Azure Resource Manager, each try; status 0: no answer came",
  },
  "mooring.arm.throttled": {
    kind: "counter",
    unit: "{request}",
    attributes: { subscription: "text" },
    doc: "Requests that Azure Resource Manager answered with 429",
  },
  "mooring.arm.requests.remaining": {
    kind: "gauge",
    unit: "{request}",
    attributes: { subscription: "text", kind: ["reads", "writes", "deletes"] },
    doc: "What the last answer said may still be asked",
  },
  "mooring.queue.age": {
    kind: "gauge",
    unit: "s",
    attributes: { queue: QUEUES },
    doc: "How long the oldest visible message could have been worked on; 0 if there is none. Every minute",
  },
  "mooring.queue.length": {
    kind: "gauge",
    unit: "{message}",
    attributes: { queue: QUEUES },
    doc: "Messages in the queue, waiting and in work. Every minute",
  },
  "mooring.queue.poisoned": {
    kind: "gauge",
    unit: "{message}",
    attributes: { queue: QUEUES },
    doc: "Messages that failed for good: [runbook](runbook.md). Every minute",
  },
  "mooring.operations.failing": {
    kind: "gauge",
    unit: "{subject}",
    attributes: { operation: OPERATIONS },
    doc: "Subscriptions, clusters and audit scopes of which the last scan, audit, sweep, poll or list failed: [runbook](runbook.md). Every minute",
  },
  "mooring.orphans": {
    kind: "gauge",
    unit: "{resource}",
    attributes: {
      kind: ["loadBalancer", "frontend", "rule", "link", "connection"],
      state: ["waiting", "due"],
    },
    doc: "Proved orphans in quarantine, within their grace or past it. After each sweep: hourly",
  },
  "mooring.findings": {
    kind: "gauge",
    unit: "{finding}",
    attributes: { check: "text", severity: SEVERITY },
    doc: "Open findings of each check, 0 among them. After each audit: hourly",
  },
  "mooring.audit.runs": {
    kind: "counter",
    unit: "{run}",
    attributes: { outcome: ["done", "failed", "cancelled"] },
    doc: "Audits that ended; `failed`: a part of the estate could not be read",
  },
  "mooring.requests.limited": {
    kind: "counter",
    unit: "{request}",
    attributes: { kind: ["admission", "declarations"], cluster: "text" },
    doc: "Requests that were answered with 429, since their cluster used its share of the instance: [limits](limits.md)",
  },
  "mooring.settings.broken": {
    kind: "counter",
    unit: "{call}",
    attributes: {},
    doc: "Calls that were refused since the app's settings are wrong; `GET /api/health` says what",
  },
  "mooring.schema.refused": {
    kind: "counter",
    unit: "{call}",
    attributes: {},
    doc: "Calls that were refused since the stored data is newer than the app",
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
