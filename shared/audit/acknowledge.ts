/** Suppresses a finding until a date: it stays unresolved, but fails no pipeline and is not reported in notices. */
import { Conflict, InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Version } from "../ports/table.ts";
import { isUnresolved, type Acknowledgement, type Finding } from "../findings/finding.ts";
import { FINDINGS, findRow } from "../findings/findingStore.ts";

const ROUNDS = 4;
const LONGEST_DAYS = 366;
const DAY = 86_400_000;

export interface AcknowledgeOptions extends Omit<Acknowledgement, "atUtc"> {
  /** The version that the operator saw: the finding must not have changed since. */
  readonly version?: Version;
}

/** @throws InvalidInput if the finding does not exist or is resolved, or the date is not valid · Conflict if it changed */
export async function acknowledge(
  run: Run,
  id: string,
  { version, ...given }: AcknowledgeOptions,
): Promise<Row<Finding>> {
  const now = run.now().getTime();
  const until = Date.parse(given.untilUtc);
  if (!(until > now && until <= now + LONGEST_DAYS * DAY))
    throw new InvalidInput(`untilUtc: ${given.untilUtc} is not within the next ${LONGEST_DAYS} days`);
  if (given.reason.trim() === "")
    throw new InvalidInput("reason: required; state why the finding is acknowledged");
  const acknowledged = { ...given, untilUtc: new Date(until).toISOString(), atUtc: run.now().toISOString() };
  const row = await change(run, { id, version }, (finding) => ({ ...finding, acknowledged }));
  run.log.info("finding acknowledged", { id, untilUtc: acknowledged.untilUtc });
  return row;
}

/** Removes the acknowledgement, if there is one. @throws InvalidInput · Conflict, as `acknowledge` */
export async function withdraw(
  run: Run,
  id: string,
  { version }: { readonly version?: Version } = {},
): Promise<Row<Finding>> {
  return change(run, { id, version }, (finding) => {
    const { acknowledged: _, ...rest } = finding;
    return rest;
  });
}

async function change(
  run: Run,
  { id, version }: { readonly id: string; readonly version: Version | undefined },
  edit: (finding: Finding) => Finding,
): Promise<Row<Finding>> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const row = await present(run, id);
    if (version !== undefined && row.version !== version) break;
    const value = edit(row.value);
    const written = await run.ports.tables.findings.transact(FINDINGS, [
      { do: "replace", key: row.key, value, version: row.version },
    ]);
    const now = written.ok ? written.versions[0] : undefined;
    if (now !== undefined) return { ...row, value, version: now };
  }
  throw new Conflict(`finding ${id} has changed in the meantime; reload it and try again`);
}

async function present(run: Run, id: string): Promise<Row<Finding>> {
  const row = await findRow(run, id);
  if (!row) throw new InvalidInput(`finding ${id} does not exist`);
  if (!isUnresolved(row.value)) throw new InvalidInput(`finding ${id} is resolved`);
  return row;
}
