import type { Command } from "commander";
import type { Finding } from "../../api/model.ts";
import { inert } from "../../shared/core/inert.ts";
import { hang } from "../../shared/audit/report/wrap.ts";
import { openApi } from "../api/open.ts";
import type { ResponseOf } from "../api/operations.ts";
import { width } from "../audit/output.ts";
import { paint } from "../changes.ts";
import { isData, printData } from "../print.ts";
import { chooseFinding } from "./choose.ts";

const MARKS = ["+", "~", "-"] as const;
const WIDTH = 13;

export async function show(selector: string, _options: unknown, command: Command): Promise<void> {
  const asData = isData(command);
  const api = await openApi(command);
  const finding = await chooseFinding(api, selector);
  if (asData) return printData(command, finding);
  const checks = (await api.call("listChecks", {})).items;
  const documented = checks.find(({ id }) => id === finding.check);
  for (const [name, value] of facts(finding, documented))
    if (value !== undefined)
      for (const line of hang(`${name.padEnd(WIDTH)} `, inert(value), width())) console.log(line);
  for (const line of finding.planned ?? []) console.log(coloured(inert(line)));
  if (finding.planned) console.log(`Apply this change with mooring findings fix ${finding.id}`);
}

type Fact = readonly [name: string, value: string | undefined];

type Check = ResponseOf<"listChecks">["items"][number];

/** The check is absent if the policy switches it off. */
function facts(finding: Finding, documented: Check | undefined): Fact[] {
  const { id, state, check, severity, scope, about, cluster } = finding;
  const { message, advice, declared, allowed, actual } = finding;
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
  const { firstSeenAtUtc, lastSeenAtUtc, reopened, resolvedAtUtc, acknowledged } = finding;
  return [
    ["first seen", firstSeenAtUtc],
    ["last seen", lastSeenAtUtc],
    ["reopened", reopened === undefined ? undefined : `${reopened} times`],
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
