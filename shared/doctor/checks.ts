/** Every doctor check, in the order of the output: a check comes after those that it needs. */
import type { Check } from "./check.ts";
import { app, appCertificate, clock, node } from "./checks/app.ts";
import { reports, tokens, webhooks } from "./checks/clusters.ts";
import { bindings, registrations } from "./checks/registrations.ts";
import { events } from "./checks/events.ts";
import { audits, operations, scans, work } from "./checks/freshness.ts";
import { identity, rights, subscriptions } from "./checks/rights.ts";
import { policy, queues, schema, storage, writing } from "./checks/storage.ts";

export const INSTALLATION_CHECKS: readonly Check[] = [
  node,
  app,
  appCertificate,
  clock,
  storage,
  schema,
  policy,
  writing,
  identity,
  subscriptions,
  rights,
  events,
  work,
  queues,
  operations,
  scans,
  audits,
  registrations,
  bindings,
  reports,
  webhooks,
  tokens,
];

/** The first check: without valid settings no other check can run. Evaluated by the caller that reads the environment. */
export const SETTINGS_CHECK = {
  id: "settings",
  title: "The settings are valid",
  docs: "Reports all problems of the settings at once. With invalid settings the app refuses to work.",
} as const;
