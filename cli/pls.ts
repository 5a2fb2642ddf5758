import { Command } from "commander";
import { isTaggedOff } from "../shared/changes/offTag.ts";
import { printPlan } from "../shared/changes/diff.ts";
import { inParts, oneByOne } from "../shared/changes/parts.ts";
import type { Plan } from "../shared/changes/plan.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { unknownName } from "../shared/core/filters.ts";
import { inert } from "../shared/core/inert.ts";
import { plsPlanner, type PlannedPls } from "../shared/pls/planFor.ts";
import { parseResourceId } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { carryOut, paint } from "./changes.ts";
import { open, openToWrite } from "./open.ts";
import { isData, print, printData } from "./print.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

/** Exit code of `--detailed-exitcode`, as in Terraform. */
const CHANGES_EXIT_CODE = 2;

export function privateLinkServicesCommand(): Command {
  const privateLinkServices = new Command("pls").description(
    "list, plan and reconcile Private Link Services",
  );
  privateLinkServices
    .command("list")
    .description("list all Private Link Services with owner, visibility and state")
    .action(list);
  privateLinkServices
    .command("show <pls>")
    .description("show one Private Link Service, by name or id")
    .action(show);
  privateLinkServices
    .command("plan [pls...]")
    .description("show planned changes; of all Private Link Services if none is named")
    .option("--detailed-exitcode", "exit code 2 if there are changes, as in Terraform", false)
    .action(plan);
  privateLinkServices
    .command("reconcile [pls...]")
    .description("repair Private Link Services and connections (shows the plan, requires confirmation)")
    .option("--yes", "do not ask for confirmation", false)
    .action(reconcile);
  return privateLinkServices;
}

async function list(_options: unknown, command: Command): Promise<void> {
  print(command, (await planned(await open())).map(toRow), {
    name: ({ name }) => name,
    "resource group": ({ resourceGroup }) => resourceGroup,
    service: ({ service }) => service ?? "-",
    visibility: ({ visibility }) => short(visibility),
    pending: ({ pending }) => String(pending),
    state: ({ state }) => state,
  });
}

/** A list that fits a terminal. */
function short(ids: readonly string[]): string {
  const [first = "none", ...rest] = ids;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

function stateOf({ pls, owner, plan: { changes } }: PlannedPls): string {
  if (isTaggedOff(pls.tags)) return "tagged off";
  if (!owner) return "unowned";
  return changes.length === 0
    ? "in sync"
    : `differs (${changes.length} ${changes.length === 1 ? "change" : "changes"})`;
}

function toRow(found: PlannedPls) {
  const { pls, cluster, owner } = found;
  const { id, name, alias, visibility, autoApproval, connections } = pls;
  return {
    id,
    name,
    resourceGroup: parseResourceId(id)?.resourceGroup ?? "",
    alias,
    ...(cluster && { cluster: cluster.name }),
    ...(owner && { service: `${owner.cluster}/${owner.namespace}/${owner.name}` }),
    visibility,
    autoApproval,
    pending: connections.filter(({ status }) => status === "Pending").length,
    connections,
    state: stateOf(found),
  };
}

async function show(selector: string, _options: unknown, command: Command): Promise<void> {
  const [found] = await planned(await open(), [selector]);
  if (!found) throw new InvalidInput(notFound(selector, []));
  const { connections, ...row } = toRow(found);
  if (isData(command)) return printData(command, { ...row, connections, plan: found.plan });
  for (const [key, value] of Object.entries(row))
    console.log(inert(`${key.padEnd(14)} ${[value].flat().join(" ") || "none"}`));
  for (const { name, status, description } of connections)
    console.log(inert(`connection     ${name}: ${status}${description && ` (${description})`}`));
  console.log(printPlan(found.plan, paint));
}

async function plan(
  selectors: string[],
  { detailedExitcode }: { detailedExitcode: boolean },
  command: Command,
): Promise<void> {
  const all = planOf(await planned(await open(), selectors));
  if (isData(command)) printData(command, all);
  else console.log(printPlan(all, paint));
  if (detailedExitcode && all.changes.length > 0) process.exitCode = CHANGES_EXIT_CODE;
}

async function reconcile(selectors: string[], { yes }: { yes: boolean }, command: Command): Promise<void> {
  const { run, apply } = await openToWrite();
  const all = planOf(await planned(run, selectors));
  const why = "mooring pls reconcile";
  await carryOut(command, { run, apply: inParts(apply, oneByOne(all)), plan: all, why, yes });
}

function planOf(privateLinkServices: readonly PlannedPls[]): Plan {
  return { changes: privateLinkServices.flatMap(({ plan: { changes } }) => changes) };
}

/** The selected Private Link Services, or all; ordered by id. @throws InvalidInput with selectors that do not exist */
async function planned(run: Run, selectors: readonly string[] = []): Promise<PlannedPls[]> {
  const { network, subscriptions } = run.ports;
  const all = (await waitForAll(subscriptions.map((one) => network.privateLinkServices(one)))).flat();
  const fits = (selector: string) => (pls: { id: string; name: string }) =>
    [pls.id, pls.name].some((text) => text.toLowerCase() === selector.toLowerCase());
  const missing = selectors.filter((selector) => !all.some(fits(selector)));
  if (missing.length > 0) throw new InvalidInput(missing.map((selector) => notFound(selector, all)));
  const chosen = selectors.length === 0 ? all : all.filter((pls) => selectors.some((one) => fits(one)(pls)));
  const sorted = chosen.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return waitForAll(sorted.map(plsPlanner(run, "all")));
}

function notFound(selector: string, all: readonly { id: string; name: string }[]): string {
  const names = all.flatMap(({ id, name }) => (selector.startsWith("/") ? id : name));
  return `${unknownName(selector, "Private Link Service", names) ?? selector}; run \`mooring pls list\``;
}
