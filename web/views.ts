/** Every view of the dashboard, in the order of the navigation. Each is loaded when it is first opened. */
import type { ComponentType } from "preact";

export interface View {
  /** First segment of its route: `#/pls`. */
  readonly name: string;
  readonly title: string;
  readonly isSandboxOnly?: true;
  readonly load: () => Promise<ComponentType>;
}

export const VIEWS: readonly View[] = [
  {
    name: "overview",
    title: "Overview",
    load: async () => (await import("./views/overview/Overview.tsx")).Overview,
  },
  {
    name: "subnets",
    title: "Subnets",
    load: async () => (await import("./views/subnets/Subnets.tsx")).Subnets,
  },
  {
    name: "pls",
    title: "Private Link Services",
    load: async () => (await import("./views/pls/PrivateLinkServices.tsx")).PrivateLinkServices,
  },
  {
    name: "orphans",
    title: "Orphans",
    load: async () => (await import("./views/orphans/Orphans.tsx")).Orphans,
  },
  {
    name: "findings",
    title: "Findings",
    load: async () => (await import("./views/findings/Findings.tsx")).Findings,
  },
  { name: "audits", title: "Audits", load: async () => (await import("./views/audits/Audits.tsx")).Audits },
  {
    name: "journal",
    title: "Journal",
    load: async () => (await import("./views/journal/Journal.tsx")).Journal,
  },
  {
    name: "policy",
    title: "Policy",
    load: async () => (await import("./views/policy/Policy.tsx")).Policy,
  },
  {
    name: "playground",
    title: "Playground",
    isSandboxOnly: true,
    load: async () => (await import("./views/playground/Playground.tsx")).Playground,
  },
];

export function viewOf(name: string): View | undefined {
  return VIEWS.find((view) => view.name === name);
}
