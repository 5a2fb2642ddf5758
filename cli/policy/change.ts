/** `policy apply`, `rollback` and `mode`: show what would change, ask, and record who changed it and why. */
import { Argument, Command } from "commander";
import { applyPlan, planPolicy, planRollback, type PolicyPlan } from "../../shared/audit/changePolicy.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { filterProblems } from "../../shared/core/filters.ts";
import { listClusters } from "../../shared/declarations/registry.ts";
import { withAdmissionMode } from "../../shared/policy/admissionMode.ts";
import { AdmissionMode } from "../../shared/policy/modes.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { agreed, operator } from "../changes.ts";
import { open } from "../open.ts";
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
  return command
    .requiredOption("--reason <text>", "recorded in the history")
    .option("--yes", "do not ask for confirmation", false);
}

async function applyFile(file: string, options: Options, command: Command): Promise<void> {
  const document = await readDocument(file);
  const run = await open();
  await carryOut(command, { run, plan: await planPolicy(run, document), options });
}

async function rollBack(version: string | undefined, options: Options, command: Command): Promise<void> {
  const run = await open();
  await carryOut(command, { run, plan: await planRollback(run, version), options });
}

interface ModeOptions extends Options {
  readonly cluster: readonly string[];
  readonly namespace: readonly string[];
}

async function changeMode(mode: AdmissionMode, options: ModeOptions, command: Command): Promise<void> {
  const run = await open();
  const { cluster: clusters, namespace: namespaces } = options;
  await requireClusters(run, clusters);
  const { policy } = await readPolicy(run);
  const plan = await planPolicy(run, withAdmissionMode(policy, { mode, clusters, namespaces }));
  await carryOut(command, { run, plan, options });
}

/** @throws InvalidInput with a suggestion for each that is not registered: the entry would have no effect */
async function requireClusters(run: Run, names: readonly string[]): Promise<void> {
  const known = async () => (await listClusters(run)).map(({ name }) => name);
  const filters = names.map((value) => ({ name: "cluster", value, noun: "registered cluster", known }));
  const problems = await filterProblems(filters);
  if (problems.length > 0) throw new InvalidInput(problems.map(({ problem }) => `--cluster: ${problem}`));
}

interface Change {
  readonly run: Run;
  readonly plan: PolicyPlan;
  readonly options: Options;
}

async function carryOut(command: Command, { run, plan, options }: Change): Promise<void> {
  const { differences, warnings } = plan;
  if (!isData(command)) printDifferences(differences);
  printWarnings(warnings);
  const isApplied = differences.length > 0 && (options.yes || (await agreed()));
  const author = { who: operator(), reason: options.reason };
  const version = isApplied ? await applyPlan(run, plan, author) : undefined;
  if (isData(command)) return printData(command, { differences, warnings, version });
  if (version !== undefined) console.log(`Policy applied: version ${version}.`);
  else if (differences.length > 0) console.log("The policy was not changed.");
}
