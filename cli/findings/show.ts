import type { Command } from "commander";
import { listChecks } from "../../shared/audit/checks.ts";
import { stateOf, type Finding, type FindingState } from "../../shared/findings/finding.ts";
import { inert } from "../../shared/core/inert.ts";
import { hang } from "../../shared/audit/report/wrap.ts";
import { width } from "../audit/output.ts";
import { paint } from "../changes.ts";
import { open } from "../open.ts";
import { isData, printData } from "../print.ts";
import { chooseFinding } from "./choose.ts";

const MARKS = ["+", "~", "-"] as const;
const WIDTH = 13;

export async function show(selector: string, _options: unknown, command: Command): Promise<void> {
  const asData = isData(command);
  const run = await open();
  const finding = await chooseFinding(run, selector);
  const state = stateOf(finding, run.now().toISOString());
  if (asData) return printData(command, { ...finding, state });
  for (const [name, value] of facts(finding, state))
    if (value !== undefined)
      for (const line of hang(`${name.padEnd(WIDTH)} `, inert(value), width())) console.log(line);
  for (const line of finding.planned ?? []) console.log(coloured(inert(line)));
  if (finding.planned) console.log(`Apply this change with mooring findings fix ${finding.id}`);
}

type Fact = readonly [name: string, value: string | undefined];

function facts(finding: Finding, state: FindingState): Fact[] {
  const { id, check, severity, scope, about, cluster, message, advice, declared, allowed, actual } = finding;
  const documented = listChecks().find((one) => one.id === check);
  return [
    ["id", id],
    ["state", state],
    ["severity", severity],
    ["check", documented ? `${check}: ${documented.title}` : check],
    ["about", about],
    ["cluster", cluster],
    ["scope", scope],
    ["problem", message],
    ["why", documented?.docs],
    ["advice", advice],
    ["declared", declared],
    ["allowed", allowed],
    ["actual", actual],
    ...history(finding),
  ];
}

function history(finding: Finding): Fact[] {
  const { firstSeenAtUtc, lastSeenAtUtc, opensAtUtc, reopened, reopenedAtUtc, resolvedAtUtc, acknowledged } =
    finding;
  return [
    ["first seen", firstSeenAtUtc],
    ["last seen", lastSeenAtUtc],
    ["opens", opensAtUtc],
    ["reopened", reopened === undefined ? undefined : `${reopened} times, last at ${reopenedAtUtc ?? "?"}`],
    ["resolved", resolvedAtUtc],
    ["acknowledged", acknowledged && `by ${acknowledged.who} at ${acknowledged.atUtc}`],
    ["until", acknowledged?.untilUtc],
    ["reason", acknowledged?.reason],
  ];
}

function coloured(line: string): string {
  const mark = MARKS.find((one) => line.trimStart().startsWith(one));
  return mark === undefined ? line : paint(mark, line);
}
