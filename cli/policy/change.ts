/** `policy apply`, `rollback` and `mode`: show what would change, ask, and record who changed it and why. */
import { Argument, Command } from "commander";
import type { PolicyChange } from "../../api/model.ts";
import { checkPolicy } from "../../shared/audit/applyPolicy.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { unknownName } from "../../shared/core/filters.ts";
import { AdmissionMode } from "../../shared/policy/modes.ts";
import { openApi, withApp } from "../api/open.ts";
import { listAll, type Api } from "../api/operations.ts";
import { agreed } from "../changes.ts";
import { isData, printData } from "../print.ts";
import { readDocument } from "./document.ts";
import { printDifferences, printWarnings } from "./showPlan.ts";

interface Options {
  readonly reason: string;
  readonly yes: boolean;
}

export function changeCommands(): Command[] {
  const apply = new Command("apply")
    .argument("<file>", "- reads standard input")
    .description(
      "replace the active policy with a YAML or JSON file (shows the changes, requires confirmation)",
    )
    .action(applyFile);
  const rollback = new Command("rollback")
    .argument("[version]", "as `policy history` lists it; default: the one before the active policy")
    .description("apply an earlier policy again (shows the changes, requires confirmation)")
    .action(rollBack);
  const mode = new Command("mode")
    .addArgument(
      new Argument("<mode>", "warn: allow and report what would be refused").choices(AdmissionMode.options),
    )
    .option("--cluster <names...>", "only for these clusters", [])
    .option("--namespace <names...>", "only for these namespaces", [])
    .description("change the mode of admission in the policy (shows the changes, requires confirmation)")
    .action(changeMode);
  return [apply, rollback, mode].map(withAuthor);
}

function withAuthor(command: Command): Command {
  return withApp(command)
    .requiredOption("--reason <text>", "recorded in the history")
    .option("--yes", "do not ask for confirmation", false);
}

async function applyFile(file: string, options: Options, command: Command): Promise<void> {
  const document = asSettings(await readDocument(file));
  const api = await openApi(command);
  const body = { document, reason: options.reason, replaces: await activeVersion(api) };
  await carryOut(command, options, (query) => api.call("changePolicy", { body, query }));
}

/** What would change. @throws InvalidInput if it is no mapping · ApiFailure with all problems of the document */
export async function planOf(api: Api, given: unknown): Promise<PolicyChange> {
  const body = { document: asSettings(given), reason: "compared", replaces: await activeVersion(api) };
  return api.call("changePolicy", { body, query: { dryRun: "true" } });
}

async function activeVersion(api: Api): Promise<string> {
  return (await api.call("getPolicy", {})).version;
}

/** @throws InvalidInput */
function asSettings(document: unknown): Record<string, unknown> {
  checkPolicy(document);
  return document as Record<string, unknown>;
}

async function rollBack(given: string | undefined, options: Options, command: Command): Promise<void> {
  const api = await openApi(command);
  const version = given ?? (await versionBefore(api));
  const body = { version, reason: options.reason, replaces: await activeVersion(api) };
  await carryOut(command, options, (query) => api.call("rollBackPolicy", { body, query }));
}

/** @throws InvalidInput if no policy was applied */
async function versionBefore(api: Api): Promise<string> {
  const [active, before] = await listAll(api, "listPolicyVersions", { most: 2 });
  if (!active) throw new InvalidInput("no policy was applied: there is nothing to roll back");
  return before?.version ?? "default";
}

interface ModeOptions extends Options {
  readonly cluster: string[];
  readonly namespace: string[];
}

async function changeMode(mode: AdmissionMode, options: ModeOptions, command: Command): Promise<void> {
  const api = await openApi(command);
  const { cluster: clusters, namespace: namespaces, reason } = options;
  await requireClusters(api, clusters);
  const body = { mode, clusters, namespaces, reason, replaces: await activeVersion(api) };
  await carryOut(command, options, (query) => api.call("changeAdmissionMode", { body, query }));
}

/** @throws InvalidInput with a suggestion for each that is not registered: the entry would have no effect */
async function requireClusters(api: Api, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const registered = (await api.call("listClusters", {})).items.map(({ name }) => name);
  const problems = names.flatMap((name) => unknownName(name, "registered cluster", registered) ?? []);
  if (problems.length > 0) throw new InvalidInput(problems.map((problem) => `--cluster: ${problem}`));
}

type Change = (query: { readonly dryRun: "true" | "false" }) => Promise<PolicyChange>;

/** Applies what was shown: the app refuses if another version is active meanwhile. */
async function carryOut(command: Command, { yes }: Options, change: Change): Promise<void> {
  const { differences, warnings, replacesInvalid } = await change({ dryRun: "true" });
  if (!isData(command)) printDifferences(differences);
  printWarnings(warnings);
  const isChange = differences.length > 0 || replacesInvalid;
  if (replacesInvalid && !isData(command)) console.log("The stored policy is invalid, and is replaced.");
  const isApplied = isChange && (yes || (await agreed()));
  const { version } = isApplied ? await change({ dryRun: "false" }) : {};
  if (isData(command)) return printData(command, { differences, warnings, version });
  if (version !== undefined) console.log(`Policy applied: version ${version}.`);
  else if (isChange) console.log("The policy was not changed.");
}
