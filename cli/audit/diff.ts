import type { Command } from "commander";
import type { Mark } from "../../shared/changes/diff.ts";
import type { AuditDifference } from "../../api/model.ts";
import { isWorse, type Severity } from "../../shared/findings/finding.ts";
import { inert } from "../../shared/core/inert.ts";
import { inOrder, shortId, subjectOf } from "../../shared/audit/report/model.ts";
import { hang, wrap } from "../../shared/audit/report/wrap.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { paint } from "../changes.ts";
import { openApi } from "../api/open.ts";
import { isData, printData } from "../print.ts";
import { failOnProblems, width } from "./output.ts";

interface Options {
  readonly failOn?: string;
}

/** `+` new, `-` resolved, `~` more severe. */
export async function diff(
  from: string | undefined,
  to: string | undefined,
  { failOn }: Options,
  command: Command,
): Promise<void> {
  const problems = failOnProblems(failOn);
  if (problems.length > 0) throw new InvalidInput(problems);
  const asData = isData(command);
  const api = await openApi(command);
  const params = { from: from ?? "previous", to: to ?? "latest" };
  const difference = await api.call("compareAudits", { params });
  if (asData) printData(command, difference);
  else for (const line of lines(difference)) console.log(line);
  if (fails(difference, failOn as Severity | undefined)) process.exitCode = 1;
}

function lines({ from, to, appeared, resolved, worse, unchanged }: AuditDifference): string[] {
  return [
    `Audit ${shortId(from)} → ${shortId(to)}`,
    ...inOrder(appeared).flatMap((one) =>
      changeLines("+", one, `${one.severity}  ${one.check}`, one.message),
    ),
    ...worse.flatMap((one) => changeLines("~", one, `${one.from} → ${one.to}  ${one.check}`)),
    ...inOrder(resolved).flatMap((one) =>
      changeLines("-", one, `${one.severity}  ${one.check}`, one.message),
    ),
    `${appeared.length} new, ${worse.length} more severe, ${resolved.length} resolved, ${unchanged} unchanged.`,
  ];
}

function changeLines(
  mark: Mark,
  { id, about }: Pick<AuditDifference["worse"][number], "id" | "about">,
  what: string,
  message?: string,
): string[] {
  const { name, place } = subjectOf(about);
  const subject = inert(place === undefined ? name : `${name} in ${place}`);
  const head = `${mark} ${id}  `;
  return [
    ...hang(head, `${what}  ${subject}`, width()),
    ...(message === undefined ? [] : wrap(inert(message), width(), " ".repeat(head.length))),
  ].map((line) => paint(mark, line));
}

/** Only open findings count; an acknowledgement ends when a finding gets worse. */
function fails({ appeared, worse }: AuditDifference, failOn: Severity | undefined): boolean {
  if (failOn === undefined) return false;
  const open = appeared.filter(({ state }) => state === "open").map(({ severity }) => severity);
  return [...open, ...worse.map((one) => one.to)].some((severity) => !isWorse(failOn, severity));
}
