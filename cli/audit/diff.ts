import type { Command } from "commander";
import type { Mark } from "../../shared/changes/diff.ts";
import type { AuditRun } from "../../shared/audit/auditRun.ts";
import { compareFindings, type Difference } from "../../shared/audit/compare.ts";
import { isWorse, stateOf, type Finding, type Severity } from "../../shared/findings/finding.ts";
import { findingsOf } from "../../shared/audit/findingsState.ts";
import { inert } from "../../shared/core/inert.ts";
import { inOrder, shortId, subjectOf } from "../../shared/audit/report/model.ts";
import { hang, wrap } from "../../shared/audit/report/wrap.ts";
import { findRun } from "../../shared/audit/runs.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { paint } from "../changes.ts";
import { open } from "../open.ts";
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
  const run = await open();
  const [older, newer] = await both(run, from ?? "previous", to ?? "latest");
  const after = await findingsOf(run, newer);
  const difference = compareFindings(await findingsOf(run, older), after);
  if (asData) printData(command, { from: older.id, to: newer.id, ...difference });
  else for (const line of lines(older, newer, difference)) console.log(line);
  const changed = new Set([...difference.appeared, ...difference.worse].map(({ id }) => id));
  const fresh = after.filter(({ id }) => changed.has(id));
  if (fails(fresh, failOn as Severity | undefined, run.now().toISOString())) process.exitCode = 1;
}

/** @throws InvalidInput with each audit that does not exist */
async function both(run: Run, from: string, to: string): Promise<[AuditRun, AuditRun]> {
  const [older, newer] = await Promise.allSettled([findRun(run, from), findRun(run, to)]);
  if (older.status === "fulfilled" && newer.status === "fulfilled") return [older.value, newer.value];
  const reasons = [older, newer].flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const problems = reasons.flatMap((reason) => (reason instanceof InvalidInput ? reason.problems : []));
  throw problems.length === 0 ? reasons[0] : new InvalidInput([...new Set(problems)]);
}

function lines(
  older: AuditRun,
  newer: AuditRun,
  { appeared, resolved, worse, unchanged }: Difference,
): string[] {
  return [
    `Audit ${shortId(older.id)} → ${shortId(newer.id)}`,
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
  { id, about }: Pick<Finding, "id" | "about">,
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

/** Only open findings count; acknowledged ones do not. */
function fails(findings: readonly Finding[], failOn: Severity | undefined, nowUtc: string): boolean {
  if (failOn === undefined) return false;
  return findings.some((one) => stateOf(one, nowUtc) === "open" && !isWorse(failOn, one.severity));
}
