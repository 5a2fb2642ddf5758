import { Command } from "commander";
import type { Outcome, Plan, PlsSummary, PrivateLinkService } from "../api/model.ts";
import { printPlan } from "../shared/changes/diff.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { unknownName } from "../shared/core/filters.ts";
import { inert } from "../shared/core/inert.ts";
import { mapAtMost } from "../shared/core/waitForAll.ts";
import { openApi, withApp } from "./api/open.ts";
import { ApiFailure, listAll, type Api } from "./api/operations.ts";
import { carryOut, paint } from "./changes.ts";
import { isData, print, printData } from "./print.ts";

/** Exit code of `--detailed-exitcode`, as in Terraform. */
const CHANGES_EXIT_CODE = 2;
const AT_ONCE = 8;

export function privateLinkServicesCommand(): Command {
  const privateLinkServices = new Command("pls").description(
    "list, plan and reconcile Private Link Services",
  );
  withApp(privateLinkServices.command("list"))
    .description("list all Private Link Services with owner, visibility and state")
    .action(list);
  withApp(privateLinkServices.command("show <pls>"))
    .description("show one Private Link Service, by name or id")
    .action(show);
  withApp(privateLinkServices.command("plan [pls...]"))
    .description("show planned changes; of all Private Link Services if none is named")
    .option("--detailed-exitcode", "exit code 2 if there are changes, as in Terraform", false)
    .action(plan);
  withApp(privateLinkServices.command("reconcile [pls...]"))
    .description("repair Private Link Services and connections (shows the plan, requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(reconcile);
  return privateLinkServices;
}

async function list(_options: unknown, command: Command): Promise<void> {
  print(command, await listAll(await openApi(command), "listPrivateLinkServices"), {
    name: ({ name }) => name,
    "resource group": ({ resourceGroup }) => resourceGroup,
    service: (row) => serviceOf(row) ?? "-",
    visibility: ({ visibility }) => short(visibility),
    pending: ({ connections }) => String(connections.pending),
    state: stateOf,
  });
}

/** A list that fits a terminal. */
function short(ids: readonly string[]): string {
  const [first = "none", ...rest] = ids;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

const STATES: Readonly<Record<PlsSummary["state"], string>> = {
  "as declared": "in sync",
  differs: "differs",
  unowned: "unowned",
  off: "tagged off",
};

function stateOf({ state, differs }: PlsSummary): string {
  return state === "differs" ? `differs (${differs.join(", ")})` : STATES[state];
}

/** `cluster/namespace/name`; `undefined` if no existing Service is confirmed as its owner. */
function serviceOf({ cluster, service, state }: PlsSummary): string | undefined {
  return cluster === undefined || service === undefined || state === "unowned"
    ? undefined
    : `${cluster}/${service}`;
}

async function show(selector: string, _options: unknown, command: Command): Promise<void> {
  const [found] = await readPlans(await openApi(command), [selector]);
  if (!found) throw new InvalidInput(notFound(selector, []));
  if (isData(command)) return printData(command, found);
  for (const [key, value] of Object.entries(factsOf(found)))
    console.log(inert(`${key.padEnd(16)} ${value || "none"}`));
  for (const { name, status, description } of found.connectionList)
    console.log(inert(`${"connection".padEnd(16)} ${name}: ${status}${description && ` (${description})`}`));
  console.log(printPlan(found.plan, paint));
}

function factsOf(found: PrivateLinkService): Record<string, string> {
  const { id, name, alias, visibility, fields, provisioningState } = found;
  const actual = (field: string) => fields.find((one) => one.field === field)?.actual.join(" ") ?? "";
  return {
    id,
    name,
    alias,
    service: serviceOf(found) ?? "",
    visibility: visibility.join(" "),
    "auto-approval": actual("autoApproval"),
    "NAT addresses": actual("natAddresses"),
    provisioning: provisioningState,
    state: stateOf(found),
  };
}

async function plan(
  selectors: string[],
  { detailedExitcode }: { detailedExitcode: boolean },
  command: Command,
): Promise<void> {
  const all = joined((await readPlans(await openApi(command), selectors)).map((one) => one.plan));
  if (isData(command)) printData(command, all);
  else console.log(printPlan(all, paint));
  if (detailedExitcode && all.changes.length > 0) process.exitCode = CHANGES_EXIT_CODE;
}

async function reconcile(selectors: string[], { yes }: { yes: boolean }, command: Command): Promise<void> {
  const api = await openApi(command);
  const found = await readPlans(api, selectors);
  const parts = await mapAtMost(AT_ONCE, found, async ({ key }) => {
    const { plan } = await api.call("reconcilePls", { params: { key }, query: { dryRun: "true" } });
    return { key, plan };
  });
  const changed = parts.filter((part) => part.plan.changes.length > 0);
  const all = joined(changed.map((part) => part.plan));
  await carryOut(command, { plan: all, apply: () => applyEach(api, changed, all), yes });
}

interface Part {
  readonly key: string;
  readonly plan: Plan;
}

/** One after the other. A refusal of one does not prevent the others. */
async function applyEach(api: Api, parts: readonly Part[], plan: Plan): Promise<Outcome> {
  const applied: NonNullable<Outcome["applied"]> = [];
  for (const part of parts) applied.push(...(await applyPart(api, part)));
  return { plan, applied };
}

/** @throws ApiFailure unless only this Private Link Service is refused */
async function applyPart(api: Api, { key, plan }: Part): Promise<NonNullable<Outcome["applied"]>> {
  try {
    const { applied = [] } = await api.call("reconcilePls", { params: { key }, ifMatch: plan.etag });
    return applied;
  } catch (error) {
    if (!(error instanceof ApiFailure && REFUSED.has(error.status))) throw error;
    return plan.changes.map(({ resourceId }) => ({ resourceId, outcome: "refused", why: error.message }));
  }
}

/** Deleted, in conflict, or changed since the plan was shown. */
const REFUSED = new Set([404, 409, 412]);

function joined(plans: readonly Plan[]): Plan {
  const changes = plans.flatMap((one) => one.changes);
  return { changes, losses: plans.flatMap(({ losses }) => losses), etag: "" };
}

/** The selected Private Link Services, or all; ordered by id. @throws InvalidInput with selectors that do not exist */
async function readPlans(api: Api, selectors: readonly string[]): Promise<PrivateLinkService[]> {
  const all = await listAll(api, "listPrivateLinkServices");
  const fits = (selector: string) => (pls: { id: string; name: string }) =>
    [pls.id, pls.name].some((text) => text.toLowerCase() === selector.toLowerCase());
  const missing = selectors.filter((selector) => !all.some(fits(selector)));
  if (missing.length > 0) throw new InvalidInput(missing.map((selector) => notFound(selector, all)));
  const chosen = selectors.length === 0 ? all : all.filter((pls) => selectors.some((one) => fits(one)(pls)));
  const sorted = chosen.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return mapAtMost(AT_ONCE, sorted, ({ key }) => api.call("getPls", { params: { key } }));
}

function notFound(selector: string, all: readonly { id: string; name: string }[]): string {
  const names = all.flatMap(({ id, name }) => (selector.startsWith("/") ? id : name));
  return `${unknownName(selector, "Private Link Service", names) ?? selector}; run \`mooring pls list\``;
}
