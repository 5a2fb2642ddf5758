/** `mooring policy`: shows, compares and validates policies. `change.ts` changes the active one. */
import { Command } from "commander";
import { checkPolicy } from "../../shared/audit/applyPolicy.ts";
import { inert, inertJson } from "../../shared/core/inert.ts";
import { policyWarnings } from "../../shared/policy/policyWarnings.ts";
import type { PolicyVersion } from "../../shared/policy/policyModel.ts";
import { openApi, withApp } from "../api/open.ts";
import { listAll } from "../api/operations.ts";
import { wholeNumber } from "../audit/wholeNumber.ts";
import { inertYaml } from "../inertYaml.ts";
import { isData, isJson, print, printData } from "../print.ts";
import { changeCommands, planOf } from "./change.ts";
import { readDocument } from "./document.ts";
import { policySchema } from "./schema.ts";
import { printDifferences, printWarnings } from "./showPlan.ts";

const HISTORY_ROWS = "50";
const MOST_ROWS = 10_000;

export function policyCommand(): Command {
  const policy = new Command("policy").description("show, validate, apply and roll back the policy");
  withApp(policy.command("show"))
    .argument("[version]", "as `policy history` lists it; default: the active policy")
    .description("print the active policy, or an earlier version")
    .action(show);
  policy
    .command("schema")
    .description("print the JSON Schema of the policy, for editors")
    .action(() => console.log(JSON.stringify(policySchema(), undefined, 2)));
  policy.command("validate <file>").description("validate a policy file").action(validate);
  withApp(policy.command("diff <file>"))
    .description("compare a file with the active policy; exit code 1 if they differ")
    .action(diff);
  withApp(policy.command("history"))
    .description("list applied policies, newest first: when, who and why")
    .option("--limit <n>", "maximum number of versions", HISTORY_ROWS)
    .action(history);
  for (const command of changeCommands()) policy.addCommand(command);
  return policy;
}

async function show(version: string | undefined, _options: unknown, command: Command): Promise<void> {
  const api = await openApi(command);
  const active = await api.call("getPolicy", {});
  const document =
    version === undefined
      ? active.document
      : checkPolicy((await api.call("getPolicyVersion", { params: { version } })).document);
  // The output can be applied again.
  if (isJson(command)) return console.log(inertJson(document, 2));
  console.log(inert(version === undefined ? `# ${appliedBy(active)}` : `# version ${version}`));
  console.log(inertYaml(document));
}

function appliedBy({ version, who, reason }: PolicyVersion): string {
  if (version === "default") return "default policy: none was applied";
  const author = who === undefined ? "" : ` by ${who}`;
  return `applied at ${version}${author}${reason === undefined ? "" : `: ${reason}`}`;
}

async function validate(file: string): Promise<void> {
  printWarnings(policyWarnings(checkPolicy(await readDocument(file))));
  console.log(`${file} is a valid policy.`);
}

async function diff(file: string, _options: unknown, command: Command): Promise<void> {
  const { differences, warnings } = await planOf(await openApi(command), await readDocument(file));
  if (isData(command)) printData(command, { differences, warnings });
  else printDifferences(differences);
  printWarnings(warnings);
  if (differences.length > 0) process.exitCode = 1;
}

async function history({ limit }: { limit: string }, command: Command): Promise<void> {
  const most = wholeNumber("--limit", limit, MOST_ROWS);
  print(command, await listAll(await openApi(command), "listPolicyVersions", { most }), {
    version: ({ version }) => version,
    who: ({ who = "" }) => who,
    restores: ({ restores = "" }) => restores,
    reason: ({ reason = "" }) => reason,
  });
}
