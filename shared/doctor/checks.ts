/** Every check of an installation, in the order in which it is shown: what others rest on comes first. */
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

/** The check that comes before all others: without whole settings nothing else can be asked. Made by whoever reads the environment. */
export const SETTINGS_CHECK = {
  id: "settings",
  title: "The settings are whole",
  docs: "All that is wrong with them is told at once; with broken settings the app refuses to work.",
} as const;
