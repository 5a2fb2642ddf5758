import { isDeepStrictEqual } from "node:util";
import { Command } from "commander";
import { LineCounter, parseDocument as parseYaml } from "yaml";
import { InvalidInput } from "../shared/core/errors.ts";
import { applyPolicy, checkPolicy } from "../shared/audit/applyPolicy.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import { inert, inertJson } from "../shared/core/inert.ts";
import { yamlProblems } from "../shared/core/yamlProblems.ts";
import { inertYaml } from "./inertYaml.ts";
import { open } from "./open.ts";
import { policySchema } from "./policySchema.ts";
import { isJson } from "./print.ts";
import { readText } from "./readText.ts";

export function policyCommand(): Command {
  const policy = new Command("policy").description("show, validate and apply the policy");
  policy.command("show").description("print the active policy").action(show);
  policy
    .command("schema")
    .description("print the JSON Schema of the policy, for editors")
    .action(() => console.log(JSON.stringify(policySchema(), undefined, 2)));
  policy
    .command("apply <file>")
    .description("replace the active policy with a YAML or JSON file (- reads standard input)")
    .action(apply);
  policy.command("validate <file>").description("validate a policy file").action(validate);
  policy
    .command("diff <file>")
    .description("compare a file with the active policy; exit code 1 if they differ")
    .action(diff);
  return policy;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { policy, version } = await readPolicy(await open());
  // The output can be applied again.
  if (isJson(command)) return console.log(inertJson(policy, 2));
  console.log(version === "default" ? "# default policy: none was applied" : `# applied at ${version}`);
  console.log(inertYaml(policy));
}

async function apply(file: string): Promise<void> {
  const document = parseDocument(await readText(file), file);
  await applyPolicy(await open(), document);
  console.log("Policy applied.");
}

async function validate(file: string): Promise<void> {
  checkPolicy(parseDocument(await readText(file), file));
  console.log(`${file} is a valid policy.`);
}

async function diff(file: string): Promise<void> {
  const next = checkPolicy(parseDocument(await readText(file), file));
  const { policy } = await readPolicy(await open());
  const lines = differences(policy, next);
  if (lines.length === 0) return console.log("No changes.");
  for (const line of lines) console.log(inert(line));
  process.exitCode = 1;
}

/** One line per different setting, with its path. */
function differences(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isSection(before) || !isSection(after))
    return [`~ ${path}: ${JSON.stringify(before) ?? "none"} -> ${JSON.stringify(after) ?? "none"}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    differences(before[name], after[name], path === "" ? name : `${path}.${name}`),
  );
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses YAML or JSON; an empty document is `{}`. @throws InvalidInput with every syntax error and its position */
export function parseDocument(source: string, file: string): unknown {
  const [name, lines] = [file === "-" ? "<stdin>" : file, new LineCounter()];
  const document = parseYaml(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw new InvalidInput(yamlProblems(name, lines, document.errors));
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // `yaml` throws this for an alias that it cannot resolve.
    throw error instanceof ReferenceError ? new InvalidInput(`${name}: ${error.message}`) : error;
  }
}
