/** Records outcomes of operations by subject. Work that another process does is not recorded. */
import { Superseded } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import { writeRows } from "./writeRows.ts";
import type { Operation } from "../ports/instruments.ts";
import { clusterSubject, toFailure, type Outcome } from "./outcome.ts";

/** By subject: the error; `undefined` after a success. */
type Results = Map<string, unknown>;

/** Outcomes of single subjects that the work reports while it continues with others. */
export interface Notes {
  /** The first failure of a subject is recorded as the cause. */
  failed(subject: string, error: unknown): void;
  /** Ignored if the subject was already reported: a failure takes precedence. */
  succeeded(subject: string): void;
}

interface Covering {
  readonly operation: Operation;
  /** A subject succeeds if the work reports no failure of it; all fail if the work throws. */
  readonly subjects: readonly string[];
}

/**
 * Runs work that covers all subjects of its operation, and records the outcome of each. Removes rows of other subjects.
 * @throws what the work throws
 */
export async function recordAll<T>(
  run: Run,
  { operation, subjects }: Covering,
  work: (notes: Notes) => Promise<T>,
): Promise<T> {
  const results: Results = new Map();
  const value = await work(notesOf(results)).catch(async (error: unknown) => {
    await recordFailure(run, operation, withRest(results, subjects, error), error);
    throw error;
  });
  await replaceRows(run, operation, withRest(results, subjects));
  return value;
}

function notesOf(results: Results): Notes {
  return {
    failed: (subject, error) => void (results.get(subject) ?? results.set(subject, error)),
    succeeded: (subject) => void (results.has(subject) || results.set(subject, undefined)),
  };
}

function withRest(results: Results, subjects: readonly string[], error?: unknown): Results {
  return new Map([...subjects.map((one): [string, unknown] => [one, error]), ...results]);
}

/** Runs work on one subject and records the outcome. @throws what the work throws */
export async function recordOne<T>(
  run: Run,
  { operation, subject }: Pick<Outcome, "operation" | "subject">,
  work: () => Promise<T>,
): Promise<T> {
  const value = await work().catch(async (error: unknown) => {
    await recordFailure(run, operation, new Map([[subject, error]]), error);
    throw error;
  });
  await recordOutcome(run, { operation, subject });
  return value;
}

/** @param outcome without `error`: a success */
export async function recordOutcome(
  run: Run,
  { operation, subject, error }: Pick<Outcome, "operation" | "subject"> & { readonly error?: unknown },
): Promise<void> {
  await putRows(run, operation, new Map([[subject, error]]));
}

/** An error while recording must not hide the error of the work. */
async function recordFailure(
  run: Run,
  operation: Operation,
  results: Results,
  error: unknown,
): Promise<void> {
  if (error instanceof Superseded) return;
  await putRows(run, operation, results).catch((lost: unknown) =>
    run.log.warn("the outcome could not be recorded", { operation, why: messageOf(lost) }),
  );
}

async function putRows(run: Run, operation: Operation, results: Results): Promise<void> {
  const { outcomes } = run.ports.tables;
  const rows: Row<Outcome>[] = [];
  for (const subject of results.keys()) {
    const row = await outcomes.get(operation, subject);
    if (row) rows.push(row);
  }
  await writeRows(outcomes, operation, toWrites(run, operation, { rows, results }));
}

async function replaceRows(run: Run, operation: Operation, results: Results): Promise<void> {
  const { outcomes } = run.ports.tables;
  const rows = await Array.fromAsync(outcomes.list(operation));
  const others = rows.filter(({ key }) => !results.has(key));
  await writeRows(outcomes, operation, [
    ...toWrites(run, operation, { rows, results }),
    ...others.map(({ key }): Write<Outcome> => ({ do: "remove", key })),
  ]);
}

interface Change {
  readonly rows: readonly Row<Outcome>[];
  readonly results: Results;
}

function toWrites(run: Run, operation: Operation, { rows, results }: Change): Write<Outcome>[] {
  const atUtc = run.now().toISOString();
  const before = new Map(rows.map(({ key, value }) => [key, value]));
  return [...results].map(([subject, error]) => {
    const last = before.get(subject) ?? { operation, subject };
    return { do: "put", key: subject, value: next(last, error, atUtc) };
  });
}

function next({ failingSinceUtc, ...last }: Outcome, error: unknown, atUtc: string): Outcome {
  if (error === undefined) return { ...last, succeededAtUtc: atUtc };
  return { ...last, failingSinceUtc: failingSinceUtc ?? atUtc, failure: toFailure(error, atUtc) };
}

/** Removes outcomes of subjects that no longer exist or are no longer watched. */
export async function keepOutcomes(
  run: Run,
  operation: Operation,
  isKept: (subject: string) => boolean,
): Promise<void> {
  const { outcomes } = run.ports.tables;
  for await (const { key } of outcomes.list(operation))
    if (!isKept(key)) await outcomes.transact(operation, [{ do: "remove", key }]);
}

/** Removes the outcome of lists of a cluster, so that a later cluster with the same name does not inherit it. */
export async function removeListOutcome(run: Run, cluster: string): Promise<void> {
  await run.ports.tables.outcomes.transact("list", [{ do: "remove", key: clusterSubject(cluster) }]);
}
