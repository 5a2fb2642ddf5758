import { Command } from "commander";
import { InvalidInput } from "../../shared/core/errors.ts";
import { inert } from "../../shared/core/inert.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { checkPolicy } from "../../shared/audit/applyPolicy.ts";
import { openApi, withApp } from "../api/open.ts";
import { readDocument } from "../policy/document.ts";
import { FORMATS, type Format } from "./formats.ts";
import { judge, type Judged } from "../../shared/admission/judge.ts";
import type { Manifest } from "../../shared/admission/manifests/manifest.ts";
import type { Problem } from "../../shared/admission/manifests/documents.ts";
import { problemsOf, readAll } from "./manifests.ts";
import { judgeOnline } from "./online.ts";

interface Options {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly offline?: boolean;
  readonly old?: string;
  readonly policy?: string;
  readonly warningsAsErrors?: boolean;
}

export function checkCommand(): Command {
  return withApp(new Command("check"))
    .description(
      "Check manifests against the admission rules. Exit code 1: a Service is denied; 2: a file cannot be read",
    )
    .argument("<files...>", "YAML or JSON files, folders or globs; - for standard input")
    .option("--cluster <name>", "registered cluster to which the manifests are deployed")
    .option("--namespace <name>", "namespace of Services without one", "default")
    .option("--offline", "evaluate only rules that need no inventory")
    .option("--old <file>", "existing Services, for rules about updates")
    .option("--policy <file>", "policy file to use instead of the active policy")
    .option("--warnings-as-errors", "exit code 1 for warnings too")
    .addHelpText("after", HELP)
    .action(check);
}

const HELP = `
Formats (-o): ${Object.keys(FORMATS).join(", ")}

Examples:
  mooring check deploy/ --offline
  helm template web ./chart | mooring check --cluster aks-one --namespace shop -
  kubectl kustomize overlays/prod | mooring check --cluster aks-one -o github -`;

async function check(files: string[], options: Options, command: Command): Promise<void> {
  const format = formatOf(command);
  const { manifests, problems } = await readAll(files, options);
  const old =
    options.old === undefined ? { manifests: [], problems: [] } : await readAll([options.old], options);
  const judged = await judgeBy(command, options, { manifests, old: old.manifests });
  const unread = [...problems, ...old.problems];
  const printed = FORMATS[format]({ judged, problems: unread });
  if (printed !== "") console.log(printed);
  report(unread);
  const bad = options.warningsAsErrors ? ["deny", "warn"] : ["deny"];
  if (unread.length > 0) process.exitCode = 2;
  else if (judged.some(({ decision }) => bad.includes(decision))) process.exitCode = 1;
}

function report(problems: readonly Problem[]): void {
  for (const problem of problemsOf(problems)) console.error(`mooring: ${inert(problem)}`);
}

/** The default of the global option means text here. */
function formatOf(command: Command): Format {
  const { output = "table" } = command.optsWithGlobals<{ output?: string }>();
  const format = output === "table" ? "text" : output;
  if (Object.hasOwn(FORMATS, format)) return format as Format;
  throw new InvalidInput(`--output ${output}: unknown format; use one of ${Object.keys(FORMATS).join(", ")}`);
}

interface Given {
  readonly manifests: readonly Manifest[];
  readonly old: readonly Manifest[];
}

async function judgeBy(
  command: Command,
  { offline, cluster, policy: file }: Options,
  { manifests, old }: Given,
): Promise<readonly Judged[]> {
  const document = file === undefined ? undefined : await readDocument(file);
  const policy = document === undefined ? undefined : checkPolicy(document);
  if (offline) return judge(manifests, { policy: policy ?? defaultPolicy, old });
  if (cluster === undefined)
    throw new InvalidInput(
      "no cluster specified: use --cluster NAME, or --offline to check without the inventory",
    );
  return judgeOnline(await openApi(command), {
    cluster,
    manifests,
    old,
    policy: document as Record<string, unknown> | undefined,
  });
}
