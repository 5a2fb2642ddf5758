import { Command } from "commander";
import { requireCluster } from "../../shared/clusters/registry.ts";
import { InvalidInput } from "../../shared/errors.ts";
import { defaultPolicy } from "../../shared/policy.ts";
import { checkPolicy } from "../../shared/applyPolicy.ts";
import { readPolicy } from "../../shared/policyStore.ts";
import { open } from "../open.ts";
import { parseDocument } from "../policy.ts";
import { readText } from "../readText.ts";
import { FORMATS, type Format } from "./formats.ts";
import { judge, type Court } from "../../shared/gate/judge.ts";
import { readManifests, type Manifest } from "../../shared/gate/manifests.ts";

interface Options {
  readonly cluster?: string;
  readonly offline?: boolean;
  readonly old?: string;
  readonly policy?: string;
  readonly warningsAsErrors?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("what admission would say about manifests; exit code 1 if it would deny")
    .argument("<files...>", "YAML or JSON; - reads standard input")
    .option("--cluster <name>", "registered cluster that they are meant for")
    .option("--offline", "only what needs no inventory")
    .option("--old <file>", "the Services as they are now, for the rules about updates")
    .option("--policy <file>", "a policy document instead of the one in force")
    .option("--warnings-as-errors", "exit code 1 for warnings too")
    .addHelpText("after", `\nFormats (-o): ${Object.keys(FORMATS).join(", ")}`)
    .action(check);
}

async function check(files: string[], options: Options, command: Command): Promise<void> {
  const format = formatOf(command);
  const manifests = await readAll(files);
  const old = options.old === undefined ? [] : await readAll([options.old]);
  const judged = await judge(manifests, { ...(await convene(options)), old });
  const printed = FORMATS[format](judged);
  if (printed !== "") console.log(printed);
  const bad = options.warningsAsErrors ? ["deny", "warn"] : ["deny"];
  if (judged.some(({ decision }) => bad.includes(decision))) process.exitCode = 1;
}

/** The program's own default means text here. */
function formatOf(command: Command): Format {
  const { output = "table" } = command.optsWithGlobals<{ output?: string }>();
  const format = output === "table" ? "text" : output;
  if (Object.hasOwn(FORMATS, format)) return format as Format;
  throw new InvalidInput(`--output ${output}: there are ${Object.keys(FORMATS).join(", ")}`);
}

/** @throws InvalidInput with the problems of all files */
export async function readAll(files: readonly string[]): Promise<Manifest[]> {
  const read = await Promise.allSettled(
    files.map(async (file) => readManifests(file === "-" ? "<stdin>" : file, await readText(file))),
  );
  const problems = read.flatMap((one) => (one.status === "rejected" ? problemsOf(one.reason) : []));
  if (problems.length > 0) throw new InvalidInput(problems);
  return read.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof InvalidInput) return error.problems;
  throw error;
}

async function convene({ offline, cluster: name, policy: file }: Options): Promise<Omit<Court, "old">> {
  const given = file === undefined ? undefined : checkPolicy(parseDocument(await readText(file), file));
  if (offline) return { policy: given ?? defaultPolicy };
  if (name === undefined)
    throw new InvalidInput("say which cluster they are meant for (--cluster NAME), or check --offline");
  const run = await open();
  const cluster = await requireCluster(run, name);
  return { policy: given ?? (await readPolicy(run)).policy, online: { run, cluster } };
}
