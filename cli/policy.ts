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
  const policy = new Command("policy").description("the policy in force");
  policy.command("show").description("print it").action(show);
  policy
    .command("schema")
    .description("its JSON Schema, for editors")
    .action(() => console.log(JSON.stringify(policySchema(), undefined, 2)));
  policy
    .command("apply <file>")
    .description("put a YAML or JSON document in force; - reads standard input")
    .action(apply);
  policy.command("validate <file>").description("say what is wrong with a document").action(validate);
  policy
    .command("diff <file>")
    .description("what applying it would change; exit code 1 if anything")
    .action(diff);
  return policy;
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { policy, version } = await readPolicy(await open());
  // What is printed can be applied again.
  if (isJson(command)) return console.log(inertJson(policy, 2));
  console.log(version === "default" ? "# the default: nobody has applied one" : `# applied at ${version}`);
  console.log(inertYaml(policy));
}

async function apply(file: string): Promise<void> {
  const document = parseDocument(await readText(file), file);
  await applyPolicy(await open(), document);
  console.log("Policy applied.");
}

async function validate(file: string): Promise<void> {
  checkPolicy(parseDocument(await readText(file), file));
  console.log(`${file} is a policy.`);
}

async function diff(file: string): Promise<void> {
  const wanted = checkPolicy(parseDocument(await readText(file), file));
  const { policy } = await readPolicy(await open());
  const lines = differences(policy, wanted);
  if (lines.length === 0) return console.log("Nothing would change.");
  for (const line of lines) console.log(inert(line));
  process.exitCode = 1;
}

/** One line per setting that differs, by its path. */
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

/** A document of YAML or JSON as a value; an empty one is `{}`. @throws InvalidInput naming every place that is neither */
export function parseDocument(source: string, file: string): unknown {
  const [name, lines] = [file === "-" ? "<stdin>" : file, new LineCounter()];
  const document = parseYaml(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw new InvalidInput(yamlProblems(name, lines, document.errors));
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // What `yaml` throws for an alias that it does not follow.
    throw error instanceof ReferenceError ? new InvalidInput(`${name}: ${error.message}`) : error;
  }
}
