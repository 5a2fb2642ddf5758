/**
 * What admission refused, and what it would have refused in warn mode: the last one of each Service and day. Recorded for reports only: a
 * decision neither depends on a record nor takes longer than `RECORD_MILLISECONDS` for it.
 */
import * as z from "zod";
import type { ServiceKey } from "../kubernetes/intent.ts";
import { AdmissionMode } from "../policy/modes.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Table } from "../ports/table.ts";
import { messageOf } from "../core/messageOf.ts";
import { within } from "../core/within.ts";
import { backwards } from "../storage/backwards.ts";
import { removeRows } from "../storage/writeRows.ts";
import type { RuleFinding } from "./rule.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    /** Partition `all`; key = day, newest first, and `cluster/namespace/name`. */
    readonly refusals: Table<Refusal>;
  }
}

export const RefusalReason = z.object({
  /** Id of the rule; absent if Mooring could not read the Service, or found no address for it. */
  rule: z.string().optional(),
  field: z.string().optional(),
  message: z.string(),
});

/** A request that admission refused. */
export const Refusal = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  operation: z.string(),
  /** `enforce`: it was refused. `warn`: it was allowed with warnings, and would have been refused. */
  mode: AdmissionMode,
  atUtc: z.string(),
  reasons: z.array(RefusalReason),
});
export type Refusal = z.infer<typeof Refusal>;

const PARTITION = "all";
const RECORD_MILLISECONDS = 500;
const MOST_REASONS = 20;
const MOST_CHARACTERS = 500;
const KEPT_DAYS = 30;
const DAY = 86_400_000;

/** The reasons to refuse, from findings. Pure. */
export function reasonsOf(findings: readonly RuleFinding[]): Refusal["reasons"] {
  return findings.flatMap(({ rule, severity, field, message }) =>
    severity === "deny" ? [{ rule, field, message }] : [],
  );
}

/** Never throws: a failure is logged. @param refusal without reasons it is not recorded */
export async function recordRefusal(
  run: Run,
  refusal: Pick<ServiceKey, "cluster" | "namespace" | "name"> &
    Pick<Refusal, "operation" | "mode" | "reasons">,
): Promise<void> {
  if (refusal.reasons.length === 0) return;
  const value = { ...refusal, atUtc: run.now().toISOString(), reasons: refusal.reasons.map(shorten) };
  const failed = (why: string) => run.log.warn("refusal not recorded", { why });
  const reasons = value.reasons.slice(0, MOST_REASONS);
  const writing = put(run, { ...value, reasons }).catch((error: unknown) => failed(messageOf(error)));
  await within<void>(RECORD_MILLISECONDS, writing, () => failed("timeout"));
}

async function put(run: Run, value: Refusal): Promise<void> {
  await run.ports.tables.refusals.transact(PARTITION, [{ do: "put", key: keyOf(value), value }]);
}

function shorten({ message, ...reason }: z.infer<typeof RefusalReason>): z.infer<typeof RefusalReason> {
  return { ...reason, message: message.slice(0, MOST_CHARACTERS).toWellFormed() };
}

function keyOf({ cluster, namespace, name, atUtc }: Refusal): string {
  return `${backwards(atUtc.slice(0, 10))} ${cluster}/${namespace}/${name}`;
}

export interface RefusalFilter {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly mode?: AdmissionMode | undefined;
  readonly sinceUtc?: string | undefined;
}

/** By day, newest first, then by Service. @param after key of the last one that was read */
export async function* listRefusals(
  run: Run,
  filter: RefusalFilter,
  after?: string,
): AsyncGenerator<Row<Refusal>> {
  const { sinceUtc = "" } = filter;
  const range = after === undefined ? {} : { from: after };
  for await (const row of run.ports.tables.refusals.list(PARTITION, range)) {
    if (row.value.atUtc.slice(0, 10) < sinceUtc.slice(0, 10)) return;
    if (row.key !== after && row.value.atUtc >= sinceUtc && fits(row.value, filter)) yield row;
  }
}

function fits(refusal: Refusal, { cluster, namespace, mode }: RefusalFilter): boolean {
  return (
    (cluster === undefined || refusal.cluster === cluster) &&
    (namespace === undefined || refusal.namespace === namespace) &&
    (mode === undefined || refusal.mode === mode)
  );
}

/** Removes those of more than 30 days ago. */
export async function removeExpiredRefusals(run: Run): Promise<void> {
  const from = backwards(new Date(run.now().getTime() - KEPT_DAYS * DAY).toISOString().slice(0, 10));
  const rows = await Array.fromAsync(run.ports.tables.refusals.list(PARTITION, { from }));
  await removeRows(run.ports.tables.refusals, PARTITION, rows);
}
