import { Command, Option } from "commander";
import { listRefusals, type Refusal } from "../shared/admission/refusalStore.ts";
import { filterProblems } from "../shared/core/filters.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { listClusters } from "../shared/declarations/registry.ts";
import { AdmissionMode } from "../shared/policy/modes.ts";
import type { Run } from "../shared/ports/ports.ts";
import { wholeNumber } from "./audit/wholeNumber.ts";
import { open } from "./open.ts";
import { print } from "./print.ts";

const MOST_DAYS = 30;
const DAY = 86_400_000;

interface Options {
  readonly mode?: AdmissionMode;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly days: string;
}

/** `mooring refusals`: the report of a rollout in warn mode. */
export function refusalsCommand(): Command {
  return new Command("refusals")
    .description("list Services that admission refused, or would have refused in warn mode")
    .addOption(
      new Option("--mode <mode>", "warn: allowed, would have been refused; enforce: refused").choices(
        AdmissionMode.options,
      ),
    )
    .option("--cluster <name>", "only of this cluster")
    .option("--namespace <name>", "only of this namespace")
    .option("--days <n>", "of the last days, at most 30", "7")
    .action(list);
}

async function list({ days, ...filter }: Options, command: Command): Promise<void> {
  const milliseconds = wholeNumber("--days", days, MOST_DAYS) * DAY;
  const run = await open();
  await requireCluster(run, filter.cluster);
  const sinceUtc = new Date(run.now().getTime() - milliseconds).toISOString();
  const found: Refusal[] = [];
  for await (const { value } of listRefusals(run, { ...filter, sinceUtc })) found.push(value);
  print(command, found, {
    when: ({ atUtc }) => atUtc,
    service: ({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`,
    result: ({ mode }) => (mode === "warn" ? "would be refused" : "refused"),
    rules: ({ reasons }) => [...new Set(reasons.map(({ rule = "-" }) => rule))].join(", "),
    why: ({ reasons }) => reasons.map(({ message }) => message).join("; "),
  });
}

/** @throws InvalidInput with a suggestion */
async function requireCluster(run: Run, value: string | undefined): Promise<void> {
  const known = async () => (await listClusters(run)).map(({ name }) => name);
  const problems = await filterProblems([{ name: "cluster", value, noun: "cluster", known }]);
  if (problems.length > 0) throw new InvalidInput(problems.map(({ problem }) => `--cluster: ${problem}`));
}
