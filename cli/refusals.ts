import { Command, Option } from "commander";
import { AdmissionMode } from "../shared/policy/modes.ts";
import { openApi, withApp } from "./api/open.ts";
import { listAll } from "./api/operations.ts";
import { wholeNumber } from "./audit/wholeNumber.ts";

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
  return withApp(new Command("refusals"))
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

async function list({ days, mode, cluster, namespace }: Options, command: Command): Promise<void> {
  const milliseconds = wholeNumber("--days", days, MOST_DAYS) * DAY;
  const sinceUtc = new Date(Date.now() - milliseconds).toISOString();
  const query = { mode, cluster, namespace, sinceUtc };
  print(command, await listAll(await openApi(command), "listRefusals", { query }), {
    when: ({ atUtc }) => atUtc,
    service: ({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`,
    result: ({ mode }) => (mode === "warn" ? "would be refused" : "refused"),
    rules: ({ reasons }) => [...new Set(reasons.map(({ rule = "-" }) => rule))].join(", "),
    why: ({ reasons }) => reasons.map(({ message }) => message).join("; "),
  });
}
